/** SASL, RFC 4422, on the server's side. */
import type { Authenticated, Logins } from './logins.ts'

/**
 * Yields challenges, is given responses, returns who it is. An empty challenge asks for the initial response where the
 * client begins (RFC 4422 §3).
 */
export type Exchange = Generator<Buffer, Authenticated, Buffer>

export interface Mechanism {
  /** As IANA has it. */
  readonly name: string
  /** The client begins, so that it may send its first response along with the command. */
  readonly clientFirst: boolean
  /** Works only for users whose passwords are known. */
  readonly needsPassword: boolean
  begin(logins: Logins): Exchange
}

export const nothing = Buffer.alloc(0)

/** A right answer of another form than the mechanism has. */
export const malformed: Authenticated = { refused: 'The response is not of the form that the mechanism has' }
