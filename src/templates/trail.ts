import { TemplateError, type Diagnostic } from './diagnostic.ts'

/** How many files may be within each other. */
const maxDepth = 100

/** The files that are being rendered, one within the other: an error is told with the way to it. */
export class Trail {
  readonly #files: string[] = []
  /** The way to what was thrown first; those around it throw it again. */
  readonly #ways = new WeakMap<object, readonly string[]>()

  /** Does something in a file; absolute. */
  within<Result>(file: string, action: () => Result): Result {
    if (this.#files.length > maxDepth) throw new Error('Files include each other without an end')
    this.#files.push(file)
    try {
      return action()
    } catch (error) {
      if (typeof error === 'object' && error !== null && !this.#ways.has(error)) this.#ways.set(error, [...this.#files])
      throw error
    } finally {
      this.#files.pop()
    }
  }

  /** The file in hand. */
  get file(): string | undefined {
    return this.#files.at(-1)
  }

  /** An error as engines throw it, at its place. */
  located(error: unknown, found: Omit<Diagnostic, 'severity' | 'file' | 'through'>): TemplateError {
    const [known] = error instanceof TemplateError ? error.diagnostics : []
    const way = (typeof error === 'object' && error !== null ? this.#ways.get(error) : undefined) ?? []
    const file = known?.file ?? way.at(-1)
    const through = way.filter((path) => path !== file)
    return new TemplateError(
      [
        {
          severity: 'error',
          ...found,
          ...known,
          ...(file !== undefined && { file }),
          ...(through.length > 0 && { through: shortWay(through) }),
        },
      ],
      { cause: error },
    )
  }
}

/** A file that includes itself is on the way a thousand times. */
function shortWay(files: readonly string[]): readonly string[] {
  return [...new Set(files)].slice(0, 20)
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
