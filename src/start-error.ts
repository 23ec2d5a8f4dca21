/** A server did not start; nothing of it is left. `text` is for people. */
export class StartError extends Error {
  override readonly name = 'StartError'
  /**
   * `listen`: an address cannot be had, mostly because the port is in use; `data`: the data folder cannot be used;
   * `templates`: the folder of templates cannot be read.
   */
  readonly reason: 'listen' | 'data' | 'templates'

  constructor(reason: StartError['reason'], text: string, options?: ErrorOptions) {
    super(text, options)
    this.reason = reason
  }
}
