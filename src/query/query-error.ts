/** The query is malformed. Its text says what is wrong and what to write instead; people see it under the place. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  /** Where in the query it begins, in UTF-16 units. */
  readonly position: number
  /** How far it reaches, in UTF-16 units; 0 where something is missing at the end. */
  readonly length: number
  readonly text: string

  constructor(text: string, position: number, length: number) {
    super(text)
    this.text = text
    this.position = position
    this.length = length
  }
}
