/** The command is refused: a tagged NO. RFC 9051 §7.1.2. */
export class ImapNo extends Error {
  override readonly name = 'ImapNo'
  /** Response code without brackets: `TRYCREATE`. RFC 5530. */
  readonly code: string | undefined

  constructor(text: string, code?: string, options?: ErrorOptions) {
    super(text, options)
    this.code = code
  }
}

/** The command is not one: a tagged BAD. RFC 9051 §7.1.3. */
export class ImapBad extends Error {
  override readonly name = 'ImapBad'
  readonly code: string | undefined

  constructor(text: string, code?: string) {
    super(text)
    this.code = code
  }
}
