import type { DefectList } from './defect-list.ts'
import { headerShare } from './limits.ts'
import type { HeaderField, MimeLimits } from './tree.ts'

/** What is left of the ceilings that all headers of a message share. */
export interface HeaderBudget {
  octets: number
  fields: number
}

/** A whole budget. */
export const headerBudget = (limits: MimeLimits): HeaderBudget => ({
  octets: limits.headerOctets * headerShare,
  fields: limits.headerFields * headerShare,
})

/**
 * One header block (RFC 5322 §2.2) while its lines come by: where the fields are, and the octets as text, both up to
 * the limits. What is beyond them stays in the raw message only.
 */
export class HeaderBlock {
  readonly #start: number
  readonly #octets: number
  readonly #maxFields: number
  readonly #budget: HeaderBudget
  /** Start, colon and end of each field, from the start of the block. */
  readonly #places: number[] = []
  #text = ''
  #open = false
  #lines = 0
  #cutAt: number | undefined

  constructor(start: number, limits: MimeLimits, budget: HeaderBudget) {
    this.#start = start
    this.#budget = budget
    this.#octets = Math.min(limits.headerOctets, budget.octets)
    this.#maxFields = Math.min(limits.headerFields, budget.fields)
  }

  /** Whether no line of it was a field or the continuation of one. */
  get empty(): boolean {
    return this.#places.length === 0
  }

  /** First octet that still has to be given to `capture`, from the start of the message. */
  get captured(): number {
    return this.#start + this.#text.length
  }

  /** Whether `capture` would drop what it gets. */
  get full(): boolean {
    return this.#text.length >= this.#octets
  }

  /** The octets after those captured before, in order. */
  capture(text: string): void {
    const room = this.#octets - this.#text.length
    this.#text += text.length > room ? text.slice(0, room) : text
  }

  /** A field begins at `start` (octets of the message) with its colon `name` octets further. */
  field(start: number, name: number): void {
    this.#lines++
    this.#close(start)
    if (this.#places.length >= this.#maxFields * 3) {
      this.#cutAt ??= start
      return
    }
    this.#places.push(start - this.#start, start - this.#start + name, -1)
    this.#open = true
  }

  /** A line that begins with white space. @returns false when there is nothing it could continue. */
  continuation(): boolean {
    this.#lines++
    return this.#places.length > 0
  }

  /** A line that belongs to no field begins at `start`. */
  stray(start: number): void {
    this.#lines++
    this.#close(start)
  }

  /** Ends the block. `end` is after its last line, the empty line not counted. */
  finish(end: number, limits: MimeLimits, defects: DefectList): HeaderField[] {
    this.#close(end)
    const size = end - this.#start
    if (size > this.#octets) this.#cutAt ??= this.#start + this.#octets
    if (this.#cutAt !== undefined) {
      const figure = size > this.#octets ? `${limits.headerOctets} octets` : `${limits.headerFields} fields`
      defects.add('header-too-large', this.#cutAt, figure)
    }
    this.#budget.octets -= this.#text.length
    this.#budget.fields -= this.#places.length / 3
    return this.#fields()
  }

  #close(at: number): void {
    if (!this.#open) return
    this.#places[this.#places.length - 1] = at - this.#start
    this.#open = false
  }

  #fields(): HeaderField[] {
    const text = this.#text
    const fields: HeaderField[] = []
    for (let index = 0; index + 2 < this.#places.length; index += 3) {
      const [start = 0, colon = 0, stop = 0] = this.#places.slice(index, index + 3)
      if (colon >= text.length) break
      const end = Math.min(stop, text.length)
      const name = text.slice(start, colon).trimEnd()
      const body = text.slice(colon + 1, contentEnd(text, end))
      fields.push({ name, body, start: this.#start + start, end: this.#start + end })
    }
    return fields
  }
}

/** Before the line end that stands before `end`. */
function contentEnd(text: string, end: number): number {
  if (text.charCodeAt(end - 1) !== 0x0a) return end
  return text.charCodeAt(end - 2) === 0x0d ? end - 2 : end - 1
}
