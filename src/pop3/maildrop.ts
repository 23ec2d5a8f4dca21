/** The INBOX of an account as one POP3 session has it: RFC 1939 §5. Its numbers never shift. */
import type { MessageKey } from '../store/message.ts'
import type { Octets, Store } from '../store/store.ts'
import { Pop3Refusal } from './error.ts'

export interface Message {
  /** From 1 on. */
  readonly number: number
  readonly uid: number
  /** Its unique-id as well: the same message's for ever, over restarts too (RFC 1939 §7). */
  readonly key: MessageKey
  readonly octets: number
}

export class Maildrop {
  readonly #store: Store
  readonly #account: string
  readonly #mailboxId: number
  readonly #messages: readonly Message[]
  readonly #marked = new Set<Message>()
  readonly #release: () => void

  constructor(
    store: Store,
    opened: { account: string; mailboxId: number; messages: readonly Message[]; release: () => void },
  ) {
    this.#store = store
    this.#account = opened.account
    this.#mailboxId = opened.mailboxId
    this.#messages = opened.messages
    this.#release = opened.release
  }

  /** Those that are not marked as deleted. */
  get messages(): readonly Message[] {
    return this.#messages.filter((message) => !this.#marked.has(message))
  }

  /** @throws Pop3Refusal where there is no such message, or it is marked as deleted. */
  message(number: number): Message {
    const message = this.#messages[number - 1]
    if (message === undefined) throw new Pop3Refusal(`There is no message ${number}, only ${this.#messages.length}`)
    if (this.#marked.has(message)) throw new Pop3Refusal(`Message ${number} is marked as deleted`)
    return message
  }

  mark(message: Message): void {
    this.#marked.add(message)
  }

  reset(): void {
    this.#marked.clear()
  }

  /** @throws Pop3Refusal where it was removed by somebody else meanwhile. */
  async open({ number, key }: Message): Promise<Octets> {
    const octets = await this.#store.octets(key)
    if (octets === undefined) throw new Pop3Refusal(`Message ${number} was removed meanwhile`, 'SYS/PERM')
    return octets
  }

  /** Whether it is a message in UTF-8: its client said SMTPUTF8. RFC 6531 §3.4. */
  async needsUtf8({ key }: Message): Promise<boolean> {
    const message = await this.#store.get(this.#account, key)
    return message?.envelope.reversePath.smtpUtf8 === true
  }

  /** The UPDATE state: all of what is marked goes, or nothing of it. RFC 1939 §6. */
  async update(): Promise<void> {
    if (this.#marked.size === 0) return
    await this.#store.expunge(
      this.#mailboxId,
      [...this.#marked].map(({ uid }) => uid).sort((a, b) => a - b),
    )
  }

  close(): void {
    this.#release()
  }
}

/** Who has which maildrop. One for each server. */
export class Maildrops {
  readonly #store: Store
  readonly #shared: boolean
  readonly #taken = new Set<string>()

  /** @param shared several sessions may have one at a time. */
  constructor(store: Store, shared: boolean) {
    this.#store = store
    this.#shared = shared
  }

  /** @throws Pop3Refusal IN-USE. RFC 2449 §8.1.1. */
  async open(account: string): Promise<Maildrop> {
    if (!this.#shared && this.#taken.has(account)) {
      throw new Pop3Refusal('Another session has this maildrop', 'IN-USE')
    }
    this.#taken.add(account)
    const release = (): void => void this.#taken.delete(account)
    try {
      const inbox = (await this.#store.mailboxes(account)).find(({ name }) => name === 'INBOX')
      if (inbox === undefined) throw new Error('An account has no INBOX')
      const { uids, keys, octets } = await this.#store.entries(inbox.id)
      const messages = keys.map((key, i) => ({ number: i + 1, uid: uids[i] ?? 0, key, octets: octets[i] ?? 0 }))
      return new Maildrop(this.#store, { account, mailboxId: inbox.id, messages, release })
    } catch (error) {
      release()
      throw error
    }
  }
}
