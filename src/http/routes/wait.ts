import * as v from 'valibot'
import { explain } from '../../waits/explain.ts'
import type { WaitRequest } from '../../waits/wait.ts'
import { fitting } from '../cut.ts'
import { accountParameter, criteriaOf, queryParameter } from '../parameters.ts'
import { badRequest, HttpProblem } from '../problem.ts'
import { route } from '../router.ts'
import { foundSchema } from '../schemas.ts'
import { notInTime } from '../wait-problem.ts'
import { wireSummary } from '../wire.ts'

const whole = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most))

/** Sessions that began so shortly before are told of too: an app may send before it is waited for. Milliseconds. */
const before = 10_000

export const waitForMessages = route({
  method: 'POST',
  path: '/api/wait',
  summary: 'Wait for messages: answers when as many match as are asked for, or 408 with what came close',
  tag: 'Assert',
  params: {},
  query: {},
  json: v.strictObject({
    query: queryParameter,
    account: accountParameter,
    count: v.pipe(v.optional(whole(1, 1_000), 1), v.metadata({ description: 'How many have to match. Default 1' })),
    since: v.exactOptional(
      v.pipe(
        whole(0, Number.MAX_SAFE_INTEGER),
        v.metadata({
          description: '`change` of an earlier answer: only what arrived after it counts. Default: everything there is',
        }),
      ),
    ),
    timeoutMs: v.pipe(
      v.optional(whole(0, 600_000), 10_000),
      v.metadata({ description: 'How long to wait. 0 asks once. Default 10,000' }),
    ),
  }),
  answers: { status: 200, text: 'The messages that match, oldest first', content: foundSchema },
  async handle(services, { body, signal }) {
    const { store, clock, waits } = services
    const { query = '', account, count, since, timeoutMs } = body
    const request: WaitRequest = { criteria: criteriaOf(query), account, count, since, timeoutMs }
    const begunAt = clock.now()
    const outcome = await waits.wait(request, signal)
    switch (outcome.kind) {
      case 'found':
        return { kind: 'json', body: { messages: fitting(outcome.messages, wireSummary), change: outcome.change } }
      case 'timeout': {
        const explanation = await explain(request, { store, clock, begunAt: begunAt - before })
        const ports = ['smtp', 'submission'].flatMap((name) => services.listeners().get(name)?.port ?? [])
        throw notInTime({ query, request, outcome, explanation, ports })
      }
      case 'ahead':
        throw badRequest(`since: the newest change is ${outcome.change}; this number is of another store.`)
      case 'too-many':
        throw new HttpProblem(429, 'Too many requests', 'As many waits are open as may be (--max-waits).')
      default:
        throw new HttpProblem(503, 'Service unavailable', 'The server is stopping.')
    }
  },
})
