/** What we use of less 4, which has no types of its own. */
declare module 'less' {
  interface Output {
    readonly css: string
    /** Files that were imported, as absolute paths. */
    readonly imports: readonly string[]
  }
  const less: {
    render(source: string, options: { readonly filename: string }): Promise<Output>
  }
  export = less
}
