/** The thin shell of the gate: turns what Node hands over into a decision, and a decision into an answer. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { authenticate } from './credentials.ts'
import { decide, safetyHeaders, type GateDecision, type GateRules } from './gate.ts'
import type { Authenticator } from './passwords.ts'
import { truncatedField } from './message-text.ts'
import { HttpProblem } from './problem.ts'
import { endWithProblem } from './raw-problem.ts'
import { writeProblem } from './reply.ts'
import { clientAddress } from './router.ts'

export interface Guard {
  /** @returns where the request goes; undefined where it was answered here. */
  request(request: IncomingMessage, response: ServerResponse): Promise<Admission | undefined>
  /** @returns undefined where the socket was answered and closed. */
  upgrade(request: IncomingMessage, socket: Duplex): Promise<Admission | undefined>
}

export interface Admission {
  readonly path: string
  readonly user: string | undefined
}

/**
 * @param authenticator undefined: nobody has to log in.
 * @param sockets paths under which an upgrade leads somewhere.
 */
export function guard(rules: GateRules, authenticator: Authenticator | undefined, sockets: readonly string[]): Guard {
  const admit = async (request: IncomingMessage, decision: GateDecision): Promise<Admission> => {
    if (!decision.allowed) throw new HttpProblem(decision.status, titles[decision.status], decision.detail)
    const { authorization } = request.headers
    const who = { authorization, address: clientAddress(request) }
    return { path: decision.path, user: await authenticate(authenticator, decision.path, who) }
  }
  return {
    async request(request, response) {
      for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value)
      const decision = decide(gateRequest(request, false), rules)
      if (decision.allowed && decision.cors !== undefined) allowOrigin(response, decision.cors)
      if (decision.allowed && decision.preflight) {
        response.writeHead(204).end()
        return undefined
      }
      try {
        return await admit(request, decision)
      } catch (error) {
        if (!(error instanceof HttpProblem)) throw error
        // Its body, if any, is not worth reading.
        response.setHeader('Connection', 'close')
        writeProblem(request, response, error)
        return undefined
      }
    },
    async upgrade(request, socket) {
      // A client that leaves while its password is looked at must not bring us down.
      const ignore = (): void => undefined
      socket.on('error', ignore)
      try {
        const admission = await admit(request, decide(gateRequest(request, true), rules))
        if (!sockets.includes(admission.path))
          throw new HttpProblem(404, 'Not found', 'There is no socket under this path.')
        socket.off('error', ignore)
        return socket.destroyed ? undefined : admission
      } catch (error) {
        refuseUpgrade(socket, error)
        return undefined
      }
    },
  }
}

const titles = { 403: 'Forbidden', 404: 'Not found', 415: 'Unsupported media type' } as const

function gateRequest(request: IncomingMessage, upgrade: boolean): Parameters<typeof decide>[0] {
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    rawHeaders: request.rawHeaders,
    upgrade,
    localPort: request.socket.localPort ?? 0,
    localAddress: request.socket.localAddress,
  }
}

/** Only ever for a configured origin, and without credentials. https://fetch.spec.whatwg.org/#http-cors-protocol */
function allowOrigin(response: ServerResponse, origin: string): void {
  response.setHeader('Access-Control-Allow-Origin', origin)
  response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
  response.setHeader('Access-Control-Allow-Headers', 'Content-Type, X-Stuntmail, Authorization')
  response.setHeader('Access-Control-Expose-Headers', truncatedField)
  response.setHeader('Access-Control-Max-Age', '600')
}

function refuseUpgrade(socket: Duplex, error: unknown): void {
  const problem =
    error instanceof HttpProblem ? error : new HttpProblem(500, 'Internal error', 'Something went wrong here.')
  endWithProblem(socket, problem)
}
