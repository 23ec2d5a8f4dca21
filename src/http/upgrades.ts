import { IncomingMessage } from 'node:http'

/**
 * A request of which only `Upgrade: websocket` is an upgrade. Any other one may be ignored (RFC 9110 §7.8), and is: JDK's
 * HttpClient and `curl --http2` send `Upgrade: h2c` and go on with HTTP/1.1 where nobody takes it up. Node asks for
 * `upgrade` when the header is read, and would hand the socket over for every kind of it.
 */
export class WebRequest extends IncomingMessage {
  get upgrade(): boolean {
    return asking.has(this) && (this.headers.upgrade ?? '').split(',').some(isWebSocket)
  }

  set upgrade(asked: boolean | null) {
    if (asked === true) asking.add(this)
  }
}

/** Node sets the property in its own constructor, before a field of ours would be there. */
const asking = new WeakSet<IncomingMessage>()

function isWebSocket(protocol: string): boolean {
  return protocol.trim().toLowerCase() === 'websocket'
}
