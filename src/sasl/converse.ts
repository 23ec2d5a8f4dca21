import { nothing, type Mechanism } from './exchange.ts'
import type { Authenticated, Logins } from './logins.ts'

/**
 * One exchange, to its end.
 * @param initial the response that came along with the command. @param ask sends a challenge and gives the response;
 * it throws where the client cancels.
 */
export async function converse(
  mechanism: Mechanism,
  { logins, initial }: { logins: Logins; initial: Buffer | undefined },
  ask: (challenge: Buffer) => Promise<Buffer>,
): Promise<Authenticated> {
  const steps = mechanism.begin(logins)
  let step = steps.next()
  let response = initial
  while (step.done !== true) {
    step = steps.next(response ?? (await ask(step.value)))
    response = undefined
  }
  return step.value
}

/** base64 of a response; `=` is an empty one (RFC 4422 §5, RFC 4954 §4). Undefined where it is none. */
export function decodeResponse(base64: string): Buffer | undefined {
  if (base64 === '=') return nothing
  const valid = base64.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(base64)
  return valid ? Buffer.from(base64, 'base64') : undefined
}
