/**
 * The contract of an engine. An engine runs in the rendering process (`rendering-process.ts`), which may be killed at any
 * time; there it is loaded when the first template asks for it, and stays warm.
 */
import type { Diagnostic } from './diagnostic.ts'
import type { TemplateReader } from './reader.ts'
import type { RenderingHead } from './rendering.ts'

/** Data of a template: JSON, frozen, objects without a prototype. TPL-1. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [name: string]: JsonValue }
export type TemplateData = { readonly [name: string]: JsonValue }

/** What is to be rendered. Paths are absolute and real. */
export interface EngineInput {
  readonly file: string
  /** The file's text; front matter is replaced by as many empty lines, so that line numbers hold. */
  readonly source: string
  readonly data: TemplateData
  /** The folder of the templates. */
  readonly root: string
  readonly locale: string
  /** Reads what the template includes, and notes it: what it read need not be repeated in the output. */
  readonly reader: TemplateReader
  /** What the front matter says, as it stands there. Empty without any. */
  readonly matter: { readonly [name: string]: JsonValue }
  /** CSS of style elements is to be written into the elements. */
  readonly inlineCss: boolean
  /** What was built from the file before it came here: the bundle of a TSX template. */
  readonly built?: BuiltTemplate
}

/** A template that has to be compiled outside of the rendering process. */
export interface BuiltTemplate {
  /** A CommonJS module; what it requires is found from the template's folder. */
  readonly code: string
  readonly files: readonly string[]
  /** What the builder says although it built; with absolute paths. */
  readonly warnings?: readonly Diagnostic[]
}

export interface EngineOutput {
  /** At least one of `html` and `text`, or `message`. */
  readonly html?: string
  readonly text?: string
  /** A whole message, RFC 5322, one char an octet: some commands print one. */
  readonly message?: string
  /** What the template says of itself. */
  readonly head?: Partial<RenderingHead>
  /** Every file that was read, absolute: partials, layouts, imports, stylesheets; the template itself may be missing. */
  readonly files?: readonly string[]
  /** Nobody said which files it reads: `files` are all that it may have read. */
  readonly filesAssumed?: boolean
  /** Files that were looked for and are not there, absolute: when one appears, the template is rendered again. */
  readonly missing?: readonly string[]
  /** What the engine says although it rendered. */
  readonly warnings?: readonly Diagnostic[]
}

/** A kind of template. One file each under `engines/`, and a row in `engines.ts`. */
export interface Engine {
  readonly name: string
  /** With the dot, `.html.hbs` before `.hbs`: the longest that fits wins. */
  readonly extensions: readonly string[]
  /** Loads what it needs. @throws MissingPackage where the project has not installed it. */
  load(project: Project): Promise<LoadedEngine>
}

/** An engine that is ready. One rendering at a time. */
export interface LoadedEngine {
  /** @throws TemplateError with a position where there is one; any other error is taken as its message. */
  render(input: EngineInput): Promise<EngineOutput>
  /**
   * Renders a source that is text, not HTML: a subject, a text part. Nothing is escaped. Absent: the engine's language
   * has no expressions, the text stays as it is. @throws like `render`.
   */
  renderText?(input: EngineInput): Promise<string>
  /** These files changed: what was kept of them is dropped. */
  forget(files: readonly string[]): void
}

/** Where packages come from: the user's own project first, then what is installed beside Stuntmail. */
export interface Project {
  /** Absolute. */
  readonly root: string
  /** Imports a package or a file in it. @throws MissingPackage. */
  import(specifier: string): Promise<unknown>
  /** Version of an installed package; undefined where it is none. */
  version(name: string): string | undefined
}

/** A package that a template needs is not installed. The message says how to install it. */
export class MissingPackage extends Error {
  override readonly name = 'MissingPackage'
  readonly packageName: string

  constructor(specifier: string) {
    const packageName = packageOf(specifier)
    super(`${packageName} is not installed. Install it in your project: npm install --save-dev ${packageName}`)
    this.packageName = packageName
  }
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
