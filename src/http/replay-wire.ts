import type { ReplayRun } from '../replay/runs.ts'
import { wireTime } from './wire.ts'
import type { WireReplay } from './wire-types.ts'

/** From the words of `replay/` to those of the wire. */
export function wireReplay({ id, command, startedAt, endedAt, problem, output, messages }: ReplayRun): WireReplay {
  return {
    ...{ id, command, output, problem: problem ?? null },
    startedAt: wireTime(startedAt),
    endedAt: endedAt === undefined ? null : wireTime(endedAt),
    messages: messages.map(({ key, before = null }) => ({ key, before })),
  }
}
