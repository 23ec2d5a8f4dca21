import * as v from 'valibot'
import type { ReplayRuns } from '../../replay/runs.ts'
import { idParameter } from '../parameters.ts'
import { notFound } from '../problem.ts'
import { wireReplay } from '../replay-wire.ts'
import { route } from '../router.ts'
import { replaySchema } from '../schemas.ts'
import type { RouteServices } from '../services.ts'

const tag = 'Replay'
const words = (most: number) => v.pipe(v.string(), v.maxLength(most))

export const listReplays = route({
  method: 'GET',
  path: '/api/replays',
  summary: 'The last 20 runs of commands that send mail again, newest first',
  tag,
  params: {},
  query: {},
  answers: { status: 200, text: 'The runs', content: v.object({ runs: v.array(replaySchema) }) },
  async handle(services) {
    return { kind: 'json', body: { runs: replaysOf(services).runs.map(wireReplay) } }
  },
})

export const beginReplay = route({
  method: 'POST',
  path: '/api/replays',
  summary: 'A command that sends mail again begins: what arrives until its end stands in for what it sent before',
  tag,
  params: {},
  query: {},
  json: v.strictObject({ command: v.pipe(words(1_000), v.nonEmpty('empty')) }),
  answers: { status: 201, text: 'The run', content: v.object({ id: v.string() }) },
  async handle(services, { body }) {
    return { kind: 'json', status: 201, body: { id: replaysOf(services).begin(body.command) } }
  },
})

export const endReplay = route({
  method: 'POST',
  path: '/api/replays/{id}/end',
  summary: 'The command has ended',
  tag,
  params: { id: idParameter('Id of the run') },
  query: {},
  json: v.strictObject({
    problem: v.pipe(
      v.nullable(words(1_000)),
      v.metadata({ description: 'Why it is no success, in words; null where it is one' }),
    ),
    output: v.pipe(words(100_000), v.metadata({ description: 'What it printed; the last 16 KiB are kept' })),
  }),
  answers: { status: 200, text: 'The run with what it sent', content: replaySchema },
  async handle(services, { params, body: { problem, output } }) {
    const run = await replaysOf(services).end(params.id, { problem: problem ?? undefined, output })
    if (run === undefined) throw notFound('replay under way')
    return { kind: 'json', body: wireReplay(run) }
  },
})

function replaysOf({ replays }: RouteServices): ReplayRuns {
  if (replays !== undefined) return replays
  throw notFound('replay on this server')
}
