/** Text that is not what it should be, and where. */
export class MalformedData extends Error {
  override readonly name = 'MalformedData'
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 code units. */
  readonly column: number

  constructor(message: string, line: number, column: number) {
    super(message)
    this.line = line
    this.column = column
  }
}
