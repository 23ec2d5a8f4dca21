import type { Log } from '../log.ts'
import { foldAddress } from '../mime/address.ts'
import { type DataSink, type Delivery, type SessionEnd, SmtpRefusal, type SmtpSession } from '../smtp/delivery.ts'
import type { ForwardPath } from '../smtp/envelope.ts'
import { type Filing, type Reception, type SessionRecord, type Store, StoreError } from '../store/store.ts'

export interface CatchAllOptions {
  readonly log: Log
  /** Octets that may be on their way into the store at a time, over all sessions. Default 256 MiB. More get 452 4.3.1. REL-9. */
  readonly maxInFlightOctets?: number
}

const defaultMaxInFlightOctets = 256 * 1024 * 1024
/** What a message takes beside its octets, with some to spare; who says no SIZE is asked for this much. RFC 1870 §6.1. */
const leastRoom = 64 * 1024

/** Takes every message for every recipient, and files it in the INBOX of each. */
export function catchAll(store: Store, options: CatchAllOptions): Delivery {
  const budget = octetBudget(options.maxInFlightOctets ?? defaultMaxInFlightOctets)
  return {
    mail: (session, { size = 0 }) => {
      const room = store.room()
      if (size + leastRoom <= room) return
      options.log.warn({ session: session.id, size, room }, 'message refused before it was sent: no space left')
      throw noSpace()
    },
    rcpt: () => undefined,
    data(session) {
      if (budget.left() <= 0) throw busy()
      return sink({ session, reception: store.receive(), budget, log: options.log })
    },
    closed: (session, end) => store.recordSession(sessionRecord(session, end)),
  }
}

interface OctetBudget {
  left(): number
  take(octets: number): void
  giveBack(octets: number): void
}

function octetBudget(max: number): OctetBudget {
  let taken = 0
  return {
    left: () => max - taken,
    take: (octets) => void (taken += octets),
    giveBack: (octets) => void (taken -= octets),
  }
}

interface Incoming {
  readonly session: SmtpSession
  readonly reception: Reception
  readonly budget: OctetBudget
  readonly log: Log
}

function sink({ session, reception, budget, log }: Incoming): DataSink {
  let taken = 0
  const settle = (): void => {
    budget.giveBack(taken)
    taken = 0
  }
  const refusal = (error: unknown): SmtpRefusal => {
    if (error instanceof StoreError && error.code === 'full') {
      log.warn({ err: error, session: session.id }, 'message refused: no space left')
      return noSpace()
    }
    log.error({ err: error, session: session.id }, 'message not stored')
    const reason = error instanceof StoreError && error.code === 'damaged' ? error.message : 'try again later'
    return new SmtpRefusal(451, '4.3.0', `Message not stored; ${reason}`)
  }
  return {
    write(chunk) {
      if (chunk.length > budget.left()) throw busy()
      budget.take(chunk.length)
      taken += chunk.length
      try {
        return reception.write(chunk)?.catch((error: unknown) => Promise.reject(refusal(error)))
      } catch (error) {
        throw refusal(error)
      }
    },
    async end(envelope, { prologue, transaction, reply }) {
      try {
        const filing = filingFor(envelope.forwardPaths)
        const arrival = { envelope, sessionId: session.id, prologue, conversation: transaction, reply, filing }
        const { key } = await reception.commit(arrival)
        return { key }
      } catch (error) {
        throw refusal(error)
      } finally {
        settle()
      }
    },
    abort() {
      settle()
      reception.abort()
    },
  }
}

function noSpace(): SmtpRefusal {
  return new SmtpRefusal(452, '4.3.1', 'No space left for messages; try again later')
}

function busy(): SmtpRefusal {
  return new SmtpRefusal(452, '4.3.1', 'Too much is being received; try again later')
}

/** Each account once, however its address was written. */
function filingFor(forwardPaths: readonly ForwardPath[]): Filing[] {
  const accounts = new Set(forwardPaths.map((path) => foldAddress(path.address)))
  return [...accounts].map((account) => ({ account, mailbox: 'INBOX', flags: [] }))
}

function sessionRecord(session: SmtpSession, end: SessionEnd): SessionRecord {
  return {
    id: session.id,
    listener: session.listener,
    clientAddress: session.client.address,
    clientPort: session.client.port,
    heloName: session.heloName,
    ...(session.authUser !== undefined && { authUser: session.authUser }),
    ...(session.tls && { tls: `${session.tls.version} ${session.tls.cipher}` }),
    startedAt: session.connectedAt,
    endedAt: end.endedAt,
    messages: end.messages,
    outcome: end.outcome,
    refusals: end.refusals,
    ...(end.triedUser !== undefined && { triedUser: end.triedUser }),
    transcript: end.transcript,
  }
}
