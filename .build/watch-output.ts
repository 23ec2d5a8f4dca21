/** What the watch built, in `.watch/ui/`, and the page's way to hear of it: gulp-livereload with our server in its place. */
import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import livereload from 'gulp-livereload'
import { join } from 'node:path'
import { contentTag } from '../src/http/static.ts'
import { root } from './files.ts'

/** Everything the watch writes. */
export const watchFolder = join(root, '.watch')
/** The UI as the page loads it. */
export const uiFolder = join(watchFolder, 'ui')

/** A file of the UI; its path as in a URL. */
export interface OutputFile {
  readonly path: string
  readonly contents: Uint8Array
}

/** Files that changed, and the build that is whole with them. */
export interface Change {
  /** What the page has to be told of; as in a URL, in the order they were built. */
  readonly paths: readonly string[]
  /** What is served otherwise than before, or no longer: those, and what no page needs to be told of. */
  readonly files: readonly string[]
  readonly build: string
}

/** Where `.pipe(livereload())` and `livereload.changed(path)` end up. */
export class Output {
  readonly #tags = new Map<string, string>()
  readonly #publish: (change: Change) => Promise<void>
  #page = ''
  #waiting: string[] = []
  #untold: string[] = ['/index.html']
  #flushed: Promise<void> = Promise.resolve()

  constructor(publish: (change: Change) => Promise<void>) {
    this.#publish = publish
  }

  /**
   * Empties the folder, and puts our server into gulp-livereload, whose own can be stopped and crashed by any web page.
   * It takes files one by one; those of one turn of the event loop are told together.
   */
  async open(): Promise<void> {
    await rm(uiFolder, { recursive: true, force: true })
    await mkdir(uiFolder, { recursive: true })
    Object.assign(livereload.options, { basePath: uiFolder, quiet: true })
    livereload.server = {
      changed: ({ body }) => {
        if (this.#waiting.length === 0) setImmediate(() => void this.#flush())
        this.#waiting.push(...body.files.map((file) => file.replaceAll('\\', '/')))
      },
    }
  }

  /** Says whether a file is another than the one that was built last, and takes it for built. */
  isNew(path: string, contents: Uint8Array): boolean {
    const tag = contentTag(contents)
    const before = this.#tags.get(path)
    this.#tags.set(path, tag)
    return before !== tag
  }

  /** Writes those files that are new, and then says that they changed: at once, because one may need the other. */
  async write(files: readonly OutputFile[]): Promise<void> {
    const changed = files.filter(({ path, contents }) => this.isNew(path, contents))
    await Promise.all(changed.map(({ path, contents }) => writeFile(join(uiFolder, path), contents)))
    for (const { path } of changed) {
      if (path.endsWith('.map')) this.#untold.push(path)
      else livereload.changed(join(uiFolder, path))
    }
  }

  /**
   * Takes another page. It is written with each build, without being a change by itself: `{{build}}` in it is that build,
   * and `{{/path}}` the address of a file as it is now.
   */
  setPage(page: string): void {
    const before = this.#page
    this.#page = page
    if (before !== '' && before !== page) livereload.changed(join(uiFolder, 'index.html'))
  }

  /** Takes a file away with the next change. */
  async remove(path: string): Promise<void> {
    this.#tags.delete(path)
    this.#untold.push(path)
    await rm(join(uiFolder, path), { force: true })
  }

  /** The build as it is. */
  get build(): string {
    const all = createHash('sha256').update(this.#page)
    for (const [path, tag] of [...this.#tags].sort(([a], [b]) => (a < b ? -1 : 1))) all.update(`${path} ${tag}\n`)
    return all.digest('hex').slice(0, 12)
  }

  /** Resolves when all that changed so far was told. */
  async settled(): Promise<void> {
    await this.#flush()
  }

  // An address with its tag is fetched once, so that a page that is loaded again asks for what is new and for nothing else.
  #filledPage(build: string): string {
    return this.#page
      .replace('{{build}}', build)
      .replaceAll(/\{\{(\/[^}]+)\}\}/g, (_, path: string) => `.${path}?${this.#tags.get(path) ?? ''}`)
  }

  #flush(): Promise<void> {
    this.#flushed = this.#flushed.then(async () => {
      const paths = this.#waiting
      this.#waiting = []
      if (paths.length === 0) return
      const { build } = this
      await writeFile(join(uiFolder, 'index.html'), this.#filledPage(build))
      const files = [...paths, ...this.#untold]
      this.#untold = ['/index.html']
      await this.#publish({ paths, files, build })
    })
    return this.#flushed
  }
}
