/** Literals that are messages go into the store as they come; they are never whole in memory. */
import type { Reception, Store } from '../store/store.ts'
import { ImapNo } from './error.ts'
import type { State } from './state.ts'
import type { Announced, LiteralSink, LiteralTaker } from './wire/command-reader.ts'

/** A message on its way into the store; `APPEND` commits it. */
export class IncomingMessage implements LiteralSink {
  readonly reception: Reception
  octets = 0
  #open = true

  constructor(store: Store) {
    this.reception = store.receive()
  }

  write(octets: Uint8Array): void | Promise<void> {
    this.octets += octets.length
    return this.reception.write(octets)
  }

  /** Whoever takes it commits it or aborts it. */
  take(): Reception {
    this.#open = false
    return this.reception
  }

  abort(): void {
    if (this.#open) this.reception.abort()
    this.#open = false
  }
}

export interface MessageTaker extends LiteralTaker {
  /** What nobody took is gone. */
  abort(): void
}

const head = /^[^ ]{1,100} (?:APPEND|(?:UID )?REPLACE (?:\d{1,10}|\*)) /i

export function messageTaker(host: { store: Store; appendLimit: number }, state: State): MessageTaker {
  const taken: IncomingMessage[] = []
  const loggedIn = state.kind === 'authenticated' || state.kind === 'selected'
  return {
    take({ before, octets }: Announced) {
      const begin = loggedIn ? head.exec(before) : null
      // The first literal may be the mailbox.
      if (begin === null || begin[0].length === before.length) return undefined
      if (octets > host.appendLimit) {
        throw new ImapNo(`The message is larger than ${host.appendLimit} octets`, 'TOOBIG')
      }
      const message = new IncomingMessage(host.store)
      taken.push(message)
      return message
    },
    abort() {
      for (const message of taken) message.abort()
    },
  }
}
