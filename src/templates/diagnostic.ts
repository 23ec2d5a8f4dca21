/** What is wrong with a template, a fixture or a command, and where. Not an error but data: showing it is what we are for. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** In the engine's own words; without paths of this machine and without a stack. */
  readonly message: string
  /** Relative to the root, with `/`; with `../` where it is outside. Undefined where no file is known. */
  readonly file?: string
  /** From 1. */
  readonly line?: number
  /** From 1, in UTF-16 code units. */
  readonly column?: number
  /** Source around the line, at most five lines of that one file. TPL-7. */
  readonly excerpt?: readonly SourceLine[]
  /** Files it came through, outermost first: the template, a layout, a partial. Relative to the root like `file`. */
  readonly through?: readonly string[]
}

/** A line of source, as it is shown. */
export interface SourceLine {
  /** From 1. */
  readonly line: number
  /** Without its line end; at most 500 characters. */
  readonly text: string
}

/**
 * What an engine throws where it knows more than a message. Its paths are absolute; whoever catches it makes them
 * relative and adds the excerpt.
 */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  readonly diagnostics: readonly Diagnostic[]
  /** What was read before it failed, where no reader noted it; absolute. A save of one of them is another try. */
  readonly files: readonly string[]
  /** Nobody said what was read: `files` are all that may have been. */
  readonly filesAssumed: boolean
  /** What was looked for and is not there; absolute. */
  readonly missing: readonly string[]

  constructor(diagnostics: readonly Diagnostic[], options: TemplateErrorOptions = {}) {
    super(diagnostics[0]?.message ?? 'The template cannot be rendered', options)
    this.diagnostics = diagnostics
    this.files = options.files ?? []
    this.filesAssumed = options.filesAssumed ?? false
    this.missing = options.missing ?? []
  }
}

export interface TemplateErrorOptions extends ErrorOptions {
  readonly files?: readonly string[]
  readonly filesAssumed?: boolean
  readonly missing?: readonly string[]
}
