/** Style sheets of the watch: one for each component, so that a save compiles what it touches and the page swaps that. */
import gulp from 'gulp'
import livereload from 'gulp-livereload'
import less from 'less'
import { basename, join, resolve } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type Vinyl from 'vinyl'
import { read, root } from './files.ts'
import { prefixed } from './ui-style.ts'
import { uiFolder, type Output } from './watch-output.ts'
import { styleProblem, type Problems } from './watch-problems.ts'

const folder = join(root, 'ui/style')
const main = join(folder, 'main.less')

/** `ui/style/*.less` as sheets of their own, in the order of `main.less`. */
export class Style {
  readonly #output: Output
  readonly #problems: Problems
  /** By sheet, absolute: the sheet and all it imports. */
  readonly #reads = new Map<string, ReadonlySet<string>>()
  readonly #compiled = new Map<string, string>()
  #sheets: readonly string[] = []

  constructor(output: Output, problems: Problems) {
    this.#output = output
    this.#problems = problems
  }

  /** Names of the sheets as they are served, in their order. */
  get files(): readonly string[] {
    return this.#sheets.map((sheet) => servedName(sheet))
  }

  /** Compiles all of them. */
  async build(): Promise<void> {
    this.#sheets = await sheetsOfMain()
    await this.#compile(this.#sheets)
  }

  /**
   * Compiles the sheets that read one of these files. @returns whether there are other sheets now.
   * @param changed absolute
   */
  async rebuild(changed: ReadonlySet<string>): Promise<boolean> {
    const before = this.#sheets
    if (changed.has(main)) this.#sheets = await sheetsOfMain()
    await this.#compile(this.#sheets.filter((sheet) => this.#isTouched(sheet, changed)))
    return before.join() !== this.#sheets.join()
  }

  // One that has a problem may wait for a file that was not there.
  #isTouched(sheet: string, changed: ReadonlySet<string>): boolean {
    const reads = this.#reads.get(sheet)
    return reads === undefined || this.#problems.has(sheet) || [...changed].some((file) => reads.has(file))
  }

  async #compile(sheets: readonly string[]): Promise<void> {
    if (sheets.length === 0) return
    const together = sheets.length > 2 ? await this.#compileTogether(sheets) : undefined
    const files = gulp.src([...sheets], { allowEmpty: true })
    await pipeline(files, this.#css(together), gulp.dest(uiFolder), livereload())
  }

  async #compileAlone(sheet: string, source: string): Promise<string> {
    const { css, imports } = await less.render(source, { filename: sheet })
    this.#reads.set(sheet, new Set([sheet, ...imports.map((path) => resolve(path))]))
    return css
  }

  /**
   * What several sheets import is compiled once for all of them, which is most of the time that it takes.
   * @returns undefined where one is broken, or not yet known: each by itself says which, and what it reads.
   */
  async #compileTogether(sheets: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> {
    if (sheets.some((sheet) => !this.#reads.has(sheet) || this.#problems.has(sheet))) return undefined
    const source = sheets.map((sheet) => `${mark}\n@import '${basename(sheet)}';\n`).join('')
    try {
      const { css } = await less.render(source, { filename: join(folder, 'together.less') })
      const [, ...parts] = css.split(`${mark}\n`)
      return parts.length === sheets.length ? new Map(sheets.map((sheet, at) => [sheet, parts[at] ?? ''])) : undefined
    } catch {
      return undefined
    }
  }

  /** LESS to CSS. What cannot be compiled is a problem and not an error: the other sheets go on. */
  #css(together: ReadonlyMap<string, string> | undefined): Transform {
    return new Transform({
      objectMode: true,
      transform: (file: Vinyl, _encoding, done) => {
        this.#toCss(file, together?.get(file.path)).then(
          (made) => done(null, made),
          (error: unknown) => {
            this.#problems.set(file.path, [styleProblem(error)])
            done()
          },
        )
      },
    })
  }

  /** @returns undefined where it came out as it was. */
  async #toCss(file: Vinyl, compiled: string | undefined): Promise<Vinyl | undefined> {
    const sheet = file.path
    const css =
      compiled ?? (await this.#compileAlone(sheet, file.contents instanceof Buffer ? file.contents.toString() : ''))
    const unchanged = this.#compiled.get(sheet) === css
    this.#compiled.set(sheet, css)
    this.#problems.set(sheet, [])
    if (unchanged) return undefined
    const name = servedName(sheet)
    const contents = Buffer.from(await prefixed(css))
    if (!this.#output.isNew(`/${name}`, contents)) return undefined
    file.contents = contents
    file.path = join(file.base, name)
    return file
  }
}

/** Stands before what comes of each sheet. */
const mark = '/*! stuntmail sheet */'

function servedName(sheet: string): string {
  return basename(sheet, '.less') + '.css'
}

/** `main.less` is a list of imports; those by reference are no sheets. */
async function sheetsOfMain(): Promise<readonly string[]> {
  const lines = (await read('ui/style/main.less')).split('\n')
  return lines.flatMap((line) => {
    const [, name] = /^@import '([\w-]+\.less)';$/.exec(line.trim()) ?? []
    return name === undefined ? [] : [join(folder, name)]
  })
}
