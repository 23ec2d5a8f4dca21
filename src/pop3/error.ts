/** The command is refused: -ERR. RFC 1939 §3. */
export class Pop3Refusal extends Error {
  override readonly name = 'Pop3Refusal'
  /** Extended response code without brackets: `IN-USE`. RFC 2449 §8. */
  readonly code: string | undefined

  /** The session ends with it. */
  readonly last: boolean

  constructor(text: string, code?: string, options: ErrorOptions & { readonly last?: true } = {}) {
    super(text, options)
    this.code = code
    this.last = options.last ?? false
  }
}
