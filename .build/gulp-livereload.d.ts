/** What we use of gulp-livereload 4, which has no types of its own. */
declare module 'gulp-livereload' {
  interface Server {
    changed(what: { readonly body: { readonly files: readonly string[] } }): void
  }
  interface Options {
    /** Taken away from paths. */
    basePath?: string
    /** Says nothing of each file. */
    quiet?: boolean
  }
  interface LiveReload {
    /** Passes files on, and says of each that it changed. */
    (): NodeJS.ReadWriteStream
    changed(path: string): void
    /** One for all streams. */
    readonly options: Options
    server: Server | undefined
  }
  const livereload: LiveReload
  export = livereload
}
