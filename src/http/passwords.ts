/** Passwords of the UI and REST: `user:password` from the command line, and htpasswd lines (bcrypt, SHA). */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'

/** One user. `hash` is what htpasswd writes: `$2y$…` (bcrypt) or `{SHA}…`. */
export type Credential =
  { readonly user: string; readonly password: string } | { readonly user: string; readonly hash: string }

/** What became of an `Authorization` field. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly user: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'throttled'; readonly retryAfterSeconds: number }

export interface Authenticator {
  /** RFC 7617. Takes as long for an unknown user as for a wrong password. */
  verify(authorization: string | undefined, address: string): Promise<Verdict>
}

const failuresAllowed = 10
const windowMs = 60_000
const maxAddresses = 10_000
const maxVerified = 1_000
const bcryptHash = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/
const shaHash = /^\{SHA\}[A-Za-z0-9+/]{27}=$/
/** Of a random password nobody knows; compared where the user is unknown, so that the time tells nothing. */
const decoyHash = '$2b$10$taXCHPKaLv5ntuTwwiWXg.5HCwDrgUL.0R4TRsDeXZX0cY2ZHAdBi'

/**
 * The lines of an htpasswd file. Empty lines and lines that begin with `#` do not count.
 * @throws TypeError for a line that is no `user:hash`, or whose hash is neither bcrypt nor {SHA}; it names the line number.
 */
export function parseHtpasswd(text: string): readonly Credential[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith('#')) return []
    const colon = line.indexOf(':')
    const hash = line.slice(colon + 1).trim()
    if (colon < 1 || !(bcryptHash.test(hash) || shaHash.test(hash))) {
      throw new TypeError(`htpasswd line ${index + 1}: expected user:hash with a bcrypt ($2y$) or {SHA} hash`)
    }
    return [{ user: line.slice(0, colon), hash }]
  })
}

/** @throws TypeError unless it is `user:password` with both not empty. */
export function parseUser(text: string): Credential {
  const colon = text.indexOf(':')
  if (colon < 1 || colon === text.length - 1) throw new TypeError('expected user:password')
  return { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

/** Checks credentials; remembers those that were right, since bcrypt is slow on purpose, and counts failures by address. */
export function authenticator(credentials: readonly Credential[], clock: Clock): Authenticator {
  const byUser = new Map(credentials.map((credential) => [credential.user, credential]))
  const failures = failureCounter(clock)
  const secret = randomBytes(32)
  const digest = (text: string): Buffer => createHmac('sha256', secret).update(text).digest()
  const verified = new Set<string>()

  const matches = async (credential: Credential | undefined, password: string): Promise<boolean> => {
    if (credential !== undefined && 'password' in credential) {
      return timingSafeEqual(digest(credential.password), digest(password))
    }
    const hash = credential?.hash ?? decoyHash
    if (hash.startsWith('{SHA}')) {
      const sha1 = createHash('sha1').update(password).digest('base64')
      return timingSafeEqual(digest(hash.slice(5)), digest(sha1))
    }
    const { default: bcrypt } = await import('bcryptjs')
    return (await bcrypt.compare(password, hash)) && credential !== undefined
  }

  return {
    async verify(authorization, address) {
      const given = basicCredentials(authorization)
      if (given === undefined) return { kind: 'missing' }
      const remembered = digest(`${given.user}:${given.password}`).toString('base64')
      if (verified.has(remembered)) return { kind: 'accepted', user: given.user }
      const retryAfterSeconds = failures.waitSeconds(address)
      if (retryAfterSeconds > 0) return { kind: 'throttled', retryAfterSeconds }
      // Counted before the comparison, so that a thousand at once do not all slip through.
      failures.add(address)
      if (!(await matches(byUser.get(given.user), given.password))) return { kind: 'wrong' }
      failures.forgive(address)
      if (verified.size >= maxVerified) verified.clear()
      verified.add(remembered)
      return { kind: 'accepted', user: given.user }
    },
  }
}

function basicCredentials(authorization: string | undefined): { user: string; password: string } | undefined {
  const match = /^basic +([a-z0-9+/]+={0,2})$/i.exec(authorization ?? '')
  if (match?.[1] === undefined) return undefined
  const text = Buffer.from(match[1], 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}

interface FailureCounter {
  /** 0 when the address may try. Doubles with every further ten failures, up to 15 minutes. */
  waitSeconds(address: string): number
  add(address: string): void
  /** Takes one failure back. */
  forgive(address: string): void
}

function failureCounter(clock: Clock): FailureCounter {
  const byAddress = new Map<string, { count: number; since: number; rounds: number }>()
  const windowOf = (rounds: number): number => Math.min(windowMs * 2 ** rounds, 15 * windowMs)
  return {
    waitSeconds(address) {
      const entry = byAddress.get(address)
      if (entry === undefined || entry.count < failuresAllowed) return 0
      const left = entry.since + windowOf(entry.rounds) - clock.monotonic()
      if (left > 0) return Math.ceil(left / 1_000)
      entry.count = 0
      entry.rounds++
      return 0
    },
    add(address) {
      const now = clock.monotonic()
      const entry = byAddress.get(address)
      if (entry === undefined) {
        if (byAddress.size >= maxAddresses) byAddress.clear()
        byAddress.set(address, { count: 1, since: now, rounds: 0 })
        return
      }
      if (now - entry.since > windowOf(entry.rounds)) Object.assign(entry, { count: 0, since: now, rounds: 0 })
      if (entry.count === 0) entry.since = now
      entry.count++
    },
    forgive(address) {
      const entry = byAddress.get(address)
      if (entry !== undefined && entry.count > 0) entry.count--
    },
  }
}
