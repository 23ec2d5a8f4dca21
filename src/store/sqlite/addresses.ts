import type { AddressField } from '../../query/criteria.ts'
import type { Database, Statement } from './driver.ts'

/**
 * Folded addresses by id, and which message has which in what field. An address is compared whole, so that is all that
 * an exact search needs.
 */
export const fieldBits: Readonly<Record<Exclude<AddressField, 'addressed'>, number>> = {
  from: 1,
  to: 2,
  cc: 4,
  bcc: 8,
  rcpt: 16,
  sender: 32,
}
export const fieldMask = (field: AddressField): number =>
  field === 'addressed' ? fieldBits.to | fieldBits.cc | fieldBits.bcc | fieldBits.rcpt : fieldBits[field]

/** Folded addresses of one message with the bits of the fields they stand in. */
export type AddressBits = Map<string, number>

const remembered = 10_000

export class Addresses {
  readonly #ids = new Map<string, number>()
  readonly #find: Statement
  readonly #add: Statement
  readonly #enter: Statement
  readonly #leave: Statement
  readonly #count: Statement

  constructor(db: Database) {
    this.#find = db.prepare('SELECT id FROM address WHERE address = ?')
    this.#add = db.prepare('INSERT INTO address(address) VALUES(?) RETURNING id')
    this.#enter = db.prepare('INSERT INTO message_address(address, number, fields) VALUES(?, ?, ?)')
    this.#leave = db.prepare('DELETE FROM message_address WHERE address = ? AND number = ?')
    this.#count = db.prepare('SELECT count(*) AS n FROM (SELECT 1 FROM message_address WHERE address = ? LIMIT ?)')
  }

  /** Within the transaction. @returns ids of the addresses. */
  enter(number: number, addresses: AddressBits): number[] {
    const ids: number[] = []
    for (const [address, bits] of addresses) {
      const id = this.#id(address)
      this.#enter.run(id, number, bits)
      ids.push(id)
    }
    return ids
  }

  leave(number: number, ids: readonly number[]): void {
    for (const id of ids) this.#leave.run(id, number)
  }

  idOf(address: string): number | undefined {
    const row = this.#find.get(address)
    return row && Number(row['id'])
  }

  /** How many messages have it, counted up to `limit`. */
  count(id: number, limit: number): number {
    return Number(this.#count.get(id, limit)?.['n'])
  }

  /** What was remembered may not be in the file. */
  forget(): void {
    this.#ids.clear()
  }

  #id(address: string): number {
    const known = this.#ids.get(address)
    if (known !== undefined) return known
    const id = this.idOf(address) ?? Number(this.#add.get(address)?.['id'])
    if (this.#ids.size >= remembered) this.#ids.clear()
    this.#ids.set(address, id)
    return id
  }
}
