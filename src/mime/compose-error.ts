/** A message that cannot be composed as asked. */
export class ComposeError extends Error {
  override readonly name = 'ComposeError'
  /** The member at fault: `attachments[0].filename`. */
  readonly field: string

  constructor(field: string, problem: string) {
    super(`${field} ${problem}`)
    this.field = field
  }
}
