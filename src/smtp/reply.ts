/** Replies of SMTP: RFC 5321 §4.2, with enhanced status codes: RFC 2034, RFC 3463. */
import { SmtpRefusal } from './delivery.ts'

export interface Reply {
  readonly code: number
  /** RFC 3463. Empty where RFC 2034 §3 has none: the greeting, HELO, EHLO, 3xx. */
  readonly enhancedCode: string
  /** Several lines make a multi-line reply. Printable ASCII. */
  readonly text: string | readonly string[]
}

export const tooManyClients: Reply = {
  code: 421,
  enhancedCode: '4.3.2',
  text: 'Too many connections; try again later',
}
export const shuttingDown: Reply = { code: 421, enhancedCode: '4.3.2', text: 'Shutting down' }
export const silentTooLong: Reply = { code: 421, enhancedCode: '4.4.2', text: 'Nothing was said for too long' }
export const localError: Reply = { code: 451, enhancedCode: '4.3.0', text: 'Local error' }
export const noTls: Reply = { code: 454, enhancedCode: '4.7.0', text: 'TLS is not available now' }

/** What the client did against the protocol, as opposed to what a delivery refused. It counts towards the end of the session. */
export class ProtocolError extends SmtpRefusal {}

/** RFC 5321 §4.1.4: a command that is not possible now. */
export function badSequence(text: string): ProtocolError {
  return new ProtocolError(503, '5.5.1', text)
}

/** The argument of a command is not what it should be. */
export function badArgument(text: string): ProtocolError {
  return new ProtocolError(501, '5.5.4', text)
}

const notText = /[^\x20-\x7e\u00a0-\uffff]/g

/** The lines of a reply as they go out, without line ends. */
export function replyLines(reply: Reply, enhancedCodes: boolean): string[] {
  const texts = typeof reply.text === 'string' ? [reply.text] : reply.text
  const enhancedCode = enhancedCodes && reply.enhancedCode !== '' ? reply.enhancedCode + ' ' : ''
  return texts.map((text, index) => {
    const separator = index < texts.length - 1 ? '-' : ' '
    return `${reply.code}${separator}${enhancedCode}${text.replace(notText, ' ')}`
  })
}
