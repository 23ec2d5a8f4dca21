/** AUTH, RFC 4954, with the mechanisms of `sasl/`. */
import { malformed, type Exchange, type Mechanism } from '../sasl/exchange.ts'
import type { Authenticated, Logins } from '../sasl/logins.ts'
import { mechanismsFor } from '../sasl/mechanisms.ts'
import { authMechanisms } from './extensions.ts'
import { badArgument, ProtocolError, type Reply } from './reply.ts'

/** Kept of an authentication; the secret is not. */
export interface Identity {
  readonly user: string
  readonly mechanism: string
}

/** Passwords by user name. Undefined: any credentials will do, and empty ones too. */
export type Users = ReadonlyMap<string, string> | undefined

/** Who a session says it is, and the exchange in which it does. */
export class SessionAuth {
  readonly #logins: Logins
  #mechanism: Mechanism | undefined
  #exchange: Exchange | undefined
  #identity: Identity | undefined
  #triedUser: string | undefined

  constructor(users: Users) {
    this.#logins = { users: users ?? new Map<string, string>(), strict: users !== undefined }
  }

  get identity(): Identity | undefined {
    return this.#identity
  }

  /** The user name of the last login that was refused. */
  get triedUser(): string | undefined {
    return this.#triedUser
  }

  /** The next line is the client's answer to a challenge. */
  get open(): boolean {
    return this.#exchange !== undefined
  }

  /** After STARTTLS. RFC 3207 §4.2. */
  forget(): void {
    this.#identity = undefined
  }

  /** The exchange ends without an answer. */
  abort(): void {
    this.#exchange = undefined
  }

  /**
   * The AUTH command. A space with nothing behind the mechanism is no initial response; `=` is an empty one (RFC 4954 §4).
   * @returns a challenge, or 235. @throws ProtocolError 501, 504, 535.
   */
  begin(argument: string): Reply {
    const [name = '', initial, ...rest] = argument.split(/[ \t]+/)
    if (name === '' || rest.length > 0) throw badArgument('AUTH takes a mechanism and one response')
    const mechanism = this.#find(name.toUpperCase())
    if (initial !== undefined && !mechanism.clientFirst) throw badArgument(`${mechanism.name} has no initial response`)
    const response = initial === undefined ? undefined : decoded(initial === '=' ? '' : initial)
    const exchange = mechanism.begin(this.#logins)
    this.#mechanism = mechanism
    const challenge = exchange.next()
    return this.#take(exchange, response === undefined ? challenge : exchange.next(response))
  }

  /** @param line as the client sent it; `*` cancels. @returns a challenge, or 235. @throws ProtocolError 501, 535. */
  answer(line: string): Reply {
    const exchange = this.#exchange
    this.#exchange = undefined
    if (exchange === undefined || line === '*') throw badArgument('Authentication cancelled')
    return this.#take(exchange, exchange.next(decoded(line)))
  }

  /** @throws ProtocolError 504. */
  #find(name: string): Mechanism {
    const offered: readonly string[] = authMechanisms
    const found = mechanismsFor(this.#logins).find((each) => each.name === name && offered.includes(name))
    if (found === undefined) throw new ProtocolError(504, '5.5.4', 'This mechanism is not offered')
    return found
  }

  #take(exchange: Exchange, { done, value }: IteratorResult<Buffer, Authenticated>): Reply {
    if (done !== true) {
      this.#exchange = exchange
      return { code: 334, enhancedCode: '', text: value.toString('base64') }
    }
    if (value === malformed) throw badArgument('The response is not of the form that the mechanism has')
    if ('refused' in value) {
      this.#triedUser = value.tried ?? this.#triedUser
      throw new ProtocolError(535, '5.7.8', 'Authentication credentials invalid')
    }
    this.#identity = { user: value.user, mechanism: this.#mechanism?.name ?? '' }
    return { code: 235, enhancedCode: '2.7.0', text: 'Authentication successful' }
  }
}

/** @throws ProtocolError 501. */
function decoded(base64: string): Buffer {
  const valid = base64.length % 4 === 0 && /^[a-z\d+/]*={0,2}$/i.test(base64)
  if (!valid) throw new ProtocolError(501, '5.5.2', 'Not base64')
  return Buffer.from(base64, 'base64')
}
