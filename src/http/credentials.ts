/** The login of the gate: HTTP Basic. RFC 7617; statuses of RFC 9110 §15.5.2 and RFC 6585 §4. */
import { healthPath } from './gate.ts'
import type { Authenticator } from './passwords.ts'
import { HttpProblem } from './problem.ts'

/** Where an orchestrator asks without a password; it says nothing but that we run. */
const openPaths = new Set([healthPath])

/** @returns the user; undefined where no login is asked for. @throws HttpProblem 401, 429. */
export async function authenticate(
  authenticator: Authenticator | undefined,
  path: string,
  who: { readonly authorization: string | undefined; readonly address: string },
): Promise<string | undefined> {
  if (authenticator === undefined || openPaths.has(path)) return undefined
  const verdict = await authenticator.verify(who.authorization, who.address)
  if (verdict.kind === 'accepted') return verdict.user
  if (verdict.kind === 'throttled') {
    const headers = { 'Retry-After': String(verdict.retryAfterSeconds) }
    throw new HttpProblem(429, 'Too many requests', 'Too many wrong passwords from this address.', { headers })
  }
  const headers = { 'WWW-Authenticate': 'Basic realm="Stuntmail", charset="UTF-8"' }
  throw new HttpProblem(401, 'Unauthorized', 'A user name and password are needed.', { headers })
}
