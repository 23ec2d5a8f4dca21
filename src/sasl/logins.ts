import { createHash, timingSafeEqual } from 'node:crypto'

/** Who somebody is, or why that is not believed. */
export type Authenticated =
  | { readonly user: string }
  | {
      readonly refused: string
      /** The user name that was tried. */
      readonly tried?: string
    }

/** Who may log in. */
export interface Logins {
  /** Passwords by user name. These users need theirs. */
  readonly users: ReadonlyMap<string, string>
  /** Nobody else may. Otherwise everybody else is who they say they are. */
  readonly strict: boolean
}

export const wrong = (tried: string): Authenticated => ({ refused: 'User name or password is wrong', tried })

/** Mostly a password in the wrong place: it is kept nowhere. */
const noName: Authenticated = { refused: 'A user name has no control characters' }
// eslint-disable-next-line no-control-regex -- they are what is looked for
const hasControls = (user: string): boolean => /[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(user)

/** Failed logins after which a session ends. */
export const maxFailedLogins = 5

/** Milliseconds to wait before the answer to so many failed logins of a session: the first is a slip. */
export const failedLoginDelay = (failures: number): number =>
  failures < 2 ? 0 : Math.min(125 * 2 ** (failures - 1), 2000)

/** Where anybody may log in, nobody may too: an empty user name is one like any other. */
export function logIn(logins: Logins, user: string, password: string): Authenticated {
  if (hasControls(user)) return noName
  const known = logins.users.get(user)
  if (known === undefined) {
    // An unknown user takes as long as a known one.
    equal(password, 'no such user')
    return logins.strict ? wrong(user) : { user }
  }
  return equal(password, known) ? { user } : wrong(user)
}

/** A mechanism that proves to have the password without saying it. @param proves whether it does. */
export function logInByProof(logins: Logins, user: string, proves: (password: string) => boolean): Authenticated {
  if (hasControls(user)) return noName
  const known = logins.users.get(user)
  const right = proves(known ?? '')
  if (known === undefined) return logins.strict ? wrong(user) : { user }
  return right ? { user } : wrong(user)
}

/** In a time that does not depend on where they differ, nor on their lengths. */
export function equal(a: string | Buffer, b: string | Buffer): boolean {
  const [left, right] = [a, b].map((value) => createHash('sha256').update(value).digest())
  return left !== undefined && right !== undefined && timingSafeEqual(left, right)
}
