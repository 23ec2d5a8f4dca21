import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Delivery } from '../smtp/delivery.ts'
import type { Store } from '../store/store.ts'
import type { MessageContents } from './message-content.ts'

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
  /** Unique in this data directory: ids for the sessions of messages that are sent by REST. */
  newSessionId(): string
  /** Certificate of the TLS listeners, PEM; undefined where there is none. */
  certificatePem(): Promise<string | undefined>
  /** Listeners as they are bound, by name. */
  listeners(): ReadonlyMap<string, { readonly host: string; readonly port: number }>
}

/** What the handlers of the routes get. */
export interface RouteServices extends HttpServices {
  readonly contents: MessageContents
  /** Largest message, octets; 0 = no limit. */
  readonly maxMessageOctets: number
  openApi(): Promise<unknown>
}
