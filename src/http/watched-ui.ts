/** The seam for work on the UI itself: `gulp watch` puts its own UI in the place of the built one. */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { StaticFiles } from './static.ts'

/** A UI that changes while it is served. */
export interface WatchedUi {
  readonly files: StaticFiles
  /** Where the page is told what changed. Behind the gate, like everything on this port. */
  readonly socketPath: string
  /** Takes a WebSocket to `socketPath` that the gate let through. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}
