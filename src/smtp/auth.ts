/** Who a client says it is: RFC 4954. The mechanisms themselves are smtp-server's: RFC 4616, RFC 2195, LOGIN, XOAUTH2. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { SMTPServerAuthentication } from 'smtp-server'
import { ProtocolError } from './reply.ts'

/** Kept of an authentication; the secret is not. */
export interface Identity {
  readonly user: string
  readonly mechanism: string
}

/** Passwords by user name. Undefined: any credentials will do. */
export type Users = ReadonlyMap<string, string> | undefined

/**
 * Without users everybody is who they say they are. CRAM-MD5 tells us no password then, and its digest is not looked at.
 * @returns undefined when the credentials are wrong.
 */
export function authenticate(auth: SMTPServerAuthentication, users: Users): Identity | undefined {
  const user = auth.username ?? ''
  if (user === '') return undefined
  const identity = { user, mechanism: auth.method }
  if (users === undefined) return identity
  // An unknown user takes as long as a known one.
  const password = users.get(user) ?? ''
  const right = auth.method === 'CRAM-MD5' ? auth.validatePassword(password) : equals(secretOf(auth), password)
  return right && users.has(user) ? identity : undefined
}

/** What `authenticate` left with smtp-server. */
export function identityOf(user: unknown): Identity | undefined {
  return isIdentity(user) ? user : undefined
}

/**
 * The initial response of AUTH, where there is one: smtp-server's decoder takes anything.
 * @param argument what follows `AUTH`.
 * @throws ProtocolError 501
 */
export function checkInitialResponse(argument: string): void {
  const [mechanism = '', response = '', ...rest] = argument.split(/[ \t]+/)
  if (mechanism === '' || rest.length > 0)
    throw new ProtocolError(501, '5.5.4', 'AUTH takes a mechanism and one response')
  if (response !== '=') checkResponse(response) // RFC 4954 §4: `=` is an empty response
}

/** A line that the client answers with; `*` cancels. @throws ProtocolError 501 */
export function checkResponse(line: string): void {
  const base64 = line.length % 4 === 0 && /^[a-z\d+/]*={0,2}$/i.test(line)
  if (line !== '*' && !base64) throw new ProtocolError(501, '5.5.2', 'Not base64')
}

function secretOf(auth: SMTPServerAuthentication): string {
  return (auth.method === 'XOAUTH2' ? auth.accessToken : auth.password) ?? ''
}

/** In a time that does not depend on where they differ, nor on their lengths. */
function equals(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest())
  return left !== undefined && right !== undefined && timingSafeEqual(left, right)
}

function isIdentity(user: unknown): user is Identity {
  return typeof user === 'object' && user !== null && 'user' in user && 'mechanism' in user
}
