import type { Message } from 'esbuild'
import { relative, sep } from 'node:path'
import { root } from './files.ts'
import { placeOf, type Problem } from '../ui/watch/paths.ts'

export type { Problem } from '../ui/watch/paths.ts'

/** Problems there are now, by what has them: a style sheet, the scripts, the server. */
export class Problems {
  readonly #byOwner = new Map<string, readonly Problem[]>()
  readonly #changed: (all: readonly Problem[]) => void
  #said = '[]'

  /** @param changed called with all there are whenever they are others than before. */
  constructor(changed: (all: readonly Problem[]) => void) {
    this.#changed = changed
  }

  /** @param problems all that the owner has; none: it is in order. */
  set(owner: string, problems: readonly Problem[]): void {
    if (problems.length === 0) this.#byOwner.delete(owner)
    else this.#byOwner.set(owner, problems)
    const { all } = this
    const now = JSON.stringify(all)
    if (now === this.#said) return
    this.#said = now
    for (const problem of all) process.stderr.write(`\n${terminalText(problem)}\n`)
    if (all.length === 0) process.stderr.write('\nEverything is in order again.\n')
    this.#changed(all)
  }

  has(owner: string): boolean {
    return this.#byOwner.has(owner)
  }

  /** Each once, whoever has it: a broken partial is a problem of every sheet that imports it. */
  get all(): readonly Problem[] {
    const texts = new Map([...this.#byOwner.values()].flat().map((problem) => [JSON.stringify(problem), problem]))
    return [...texts.values()]
  }
}

function terminalText(problem: Problem): string {
  const place = placeOf(problem)
  const head = place === '' ? problem.what : `${problem.what}: ${place}`
  return [head, problem.text, ...(problem.excerpt === undefined ? [] : [problem.excerpt])].join('\n')
}

/** Of LESS; of anything else that was thrown, its message. */
export function styleProblem(error: unknown): Problem {
  const { message, filename, line, column, extract } = (error ?? {}) as Readonly<Record<string, unknown>>
  const text = typeof message === 'string' ? message : String(error)
  if (typeof filename !== 'string' || typeof line !== 'number') return { what: 'style', text: withoutRoot(text) }
  const at = typeof column === 'number' ? column + 1 : 1
  const lines = Array.isArray(extract) ? extract.map((part: unknown) => (typeof part === 'string' ? part : '')) : []
  // `extract` is the line before, the line itself, and the line after.
  const excerpt = lines.map((part, index) => excerptLine(part, line - 1 + index, index === 1 ? at : undefined))
  return {
    what: 'style',
    text: withoutRoot(text),
    file: inProject(filename),
    line,
    column: at,
    excerpt: excerpt.join('\n'),
  }
}

/** Of esbuild. */
export function scriptProblem(what: string, { text, location }: Message): Problem {
  if (location === null) return { what, text }
  const { file, line, column, lineText } = location
  return { what, text, file, line, column: column + 1, excerpt: excerptLine(lineText, line, column + 1) }
}

/** Of a server that did not start, or ended. @param said what it wrote last */
export function serverProblem(summary: string, said: string): Problem {
  // Node begins with the place of what nobody caught.
  const [, path, line] = /^(?:file:\/\/)?(\/[^\n:]+|[A-Z]:[^\n:]+):(\d+)$/m.exec(said) ?? []
  const place = path === undefined ? {} : { file: inProject(path), line: Number(line) }
  return { what: 'server', text: withoutRoot(`${summary}\n${said.trim()}`.trim()), ...place }
}

function excerptLine(text: string, line: number, column: number | undefined): string {
  const number = String(line).padStart(5)
  const marker = column === undefined ? '' : `\n${' '.repeat(6 + column)}^`
  return `${number}  ${text}${marker}`
}

function inProject(path: string): string {
  return relative(root, path).split(sep).join('/')
}

function withoutRoot(text: string): string {
  return text.replaceAll(root, '')
}
