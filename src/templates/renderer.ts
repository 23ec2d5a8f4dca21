/** The contract between the loop, which knows what to render and when, and the process that does it. */
import type { Diagnostic } from './diagnostic.ts'
import type { JsonValue, TemplateData } from './engine.ts'
import type { RenderingHead } from './rendering.ts'

/** Everything that a rendering depends on, but for what the files say. */
export interface RenderRequest {
  /** Absolute, real, under the root. */
  readonly file: string
  /** Name of the engine. */
  readonly engine: string
  readonly data: TemplateData
  readonly locale: string
  /** In the place of what the file says. Commands, and what is built first (TSX), read the file itself. */
  readonly source?: string
}

/** What came of it. Paths are relative to the root. */
export interface RenderResult extends RenderingHead {
  /** Nothing of it can be shown but the diagnostics. */
  readonly failed: boolean
  readonly html: string
  readonly text: string
  readonly textDerived: boolean
  /** A whole message, where the template gives one: its octets as one char each. */
  readonly message: string | undefined
  /** Errors first. */
  readonly diagnostics: readonly Diagnostic[]
  /**
   * Every file that was read, the template itself first. Where the process had to be ended only the template is known:
   * what it depended on before still holds.
   */
  readonly files: readonly string[]
  /** They are all that may have been read. Default false. */
  readonly filesAssumed?: boolean
  /** Files that were looked for and are not there. */
  readonly missing: readonly string[]
  /** Milliseconds, reading and building included. */
  readonly renderMs: number
}

/** What a module of data exports. Paths are relative to the root. */
export interface Evaluation {
  /** By the export's name; those that are no JSON (functions, classes) are left out. Empty where it failed. */
  readonly exports: ReadonlyMap<string, JsonValue>
  /** Errors first; none: it was run. */
  readonly diagnostics: readonly Diagnostic[]
  /** Every file that was read, the module itself first. */
  readonly files: readonly string[]
}

/**
 * Renders in a process of its own, which is killed when a rendering takes longer than it may, uses more memory than it
 * may, or ends the process; the next rendering has a new one.
 */
export interface Renderer {
  /** Starts the process and loads engines, by name, before the first rendering needs them. Nothing is reported. */
  warm(engines: readonly string[]): void
  /** One after the other; never rejects for what a template does. `failed` says it, with the reason as a diagnostic. */
  render(request: RenderRequest): Promise<RenderResult>
  /** Runs a module of data, JS or TS (absolute), within the limits of a rendering. Never rejects, like `render`. */
  evaluate(file: string): Promise<Evaluation>
  /** These files changed (relative to the root): nothing that is kept of them is used again. */
  forget(files: readonly string[]): void
  /** Nothing is rendered for now: though the process stays warm, nothing keeps the one that started it alive. */
  rest(): void
  /** Resolves when the process and all it started are gone. */
  close(): Promise<void>
}

export interface RendererOptions {
  /** Absolute, real. */
  readonly root: string
  /** Where the user's packages are looked for, beside the root: the folder of the configuration. Absolute. */
  readonly projectDirectory: string
  /** Of one rendering, reading included. Default 2,000, of a command 10,000. TPL-4. */
  readonly timeoutMs?: number
  /** Of the process's heap, MiB. Default 256. TPL-4. */
  readonly memoryMiB?: number
  /** Inline the CSS of HTML templates. Default false. */
  readonly inlineCss?: boolean
  /** Commands by the glob of the templates they render; they win over extensions. */
  readonly commands?: readonly TemplateCommand[]
}

/** A program that renders: it gets `{ template, file, data, locale }` as JSON on its input and prints HTML or a message. */
export interface TemplateCommand {
  /** Relative to the root: `mail/*.jinja`. */
  readonly glob: string
  /** The program and its arguments; `{file}` stands for the template's path. Never a shell. */
  readonly command: readonly [string, ...string[]]
  /** Files beside the template that it depends on, as globs relative to the root. Default: everything under the root. */
  readonly watch?: readonly string[]
  /**
   * It stays: each line of its input is one request as JSON, each line of its output the answer, `{ "html": … }`.
   * Default false.
   */
  readonly persistent?: boolean
}
