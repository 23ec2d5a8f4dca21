import { ImapBad } from './error.ts'
import { decodeMailboxName } from './mailbox-name.ts'
import { NumberSet } from './number-set.ts'
import { Arguments } from './wire/arguments.ts'
import type { LiteralSink } from './wire/command-reader.ts'

/** A set of messages: numbers, or `$` for the saved result of a search (RFC 9051 §6.4.4.1). */
export type MessageSet = NumberSet | '$'

/** The arguments of a command, with what depends on the command and on what is enabled. */
export class CommandArguments extends Arguments {
  /** Whether `UID` stood before the command. */
  readonly uid: boolean
  readonly tag: string
  readonly #utf8: boolean

  constructor(
    text: string,
    about: {
      readonly literals: readonly (Buffer | LiteralSink)[]
      /** Where the arguments begin. */
      readonly at: number
      readonly tag: string
      readonly uid: boolean
      readonly utf8: boolean
    },
  ) {
    super(text, about.literals, about.at)
    this.tag = about.tag
    this.uid = about.uid
    this.#utf8 = about.utf8
  }

  /** mailbox, as text. Modified UTF-7, or UTF-8 where that is enabled. */
  mailbox(): string {
    const name = decodeMailboxName(this.astring(), this.#utf8)
    if (name === undefined) throw new ImapBad('Not a mailbox name: it is not in the encoding of mailbox names')
    return name
  }

  /** A pattern of LIST as text; what is not in the encoding of names stays as it is, and matches none. */
  listPattern(octets: string): string {
    return decodeMailboxName(octets, this.#utf8) ?? octets
  }

  /** sequence-set, of UIDs after `UID`. */
  sequenceSet(): MessageSet {
    if (this.take('$')) return '$'
    const text = this.token()
    const set = NumberSet.parse(text)
    if (set === undefined) throw new ImapBad(`Not a set of message numbers: ${text.slice(0, 40)}`)
    return set
  }
}
