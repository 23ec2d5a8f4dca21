import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Delivery, StoredAs } from '../smtp/delivery.ts'
import type { ReplayRuns } from '../replay/runs.ts'
import type { Store } from '../store/store.ts'
import type { Templates } from '../templates/templates.ts'
import type { MessageContents } from './message-content.ts'
import type { Waits } from '../waits/waits.ts'
import type { Ties } from './ties.ts'
import type { WireState } from './wire-types.ts'

/** A message as an SMTP client hands it over. */
export interface OutgoingMessage {
  readonly reversePath: string
  /** Not empty. */
  readonly forwardPaths: readonly string[]
  readonly octets: Uint8Array
}

/** What the HTTP side needs of the rest of the server. */
export interface HttpServices {
  readonly store: Store
  /** Takes what `POST /api/messages` sends, like any other message. */
  readonly delivery: Delivery
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Data directory; undefined when nothing is kept. */
  readonly data: string | undefined
  /** Undefined: the server was started without. */
  readonly templates?: Templates | undefined
  /** Runs of commands that send mail again. Undefined: it has none. */
  readonly replays?: ReplayRuns | undefined
  /** Which template a message follows. Default: without rules. */
  readonly ties?: Ties | undefined
  /**
   * Hands a message to our own SMTP listener, in a session like any other; never to anybody else's. Undefined where no
   * plain listener is on. @throws SmtpRefusal.
   */
  readonly sendBySmtp?: ((message: OutgoingMessage) => Promise<StoredAs>) | undefined
  /** Unique in this data directory: ids for the sessions of messages that are sent by REST. */
  newSessionId(): string
  /** Certificate of the TLS listeners, PEM; undefined where there is none. */
  certificatePem(): Promise<string | undefined>
  /** Listeners as they are bound, by name. */
  listeners(): ReadonlyMap<string, Readonly<WireState['listeners'][string]>>
}

/** What the handlers of the routes get. */
export interface RouteServices extends HttpServices {
  readonly ties: Ties
  readonly contents: MessageContents
  readonly waits: Waits
  /** Largest message, octets; 0 = no limit. */
  readonly maxMessageOctets: number
  openApi(): Promise<unknown>
}
