import { signal } from '@preact/signals'
import type { WireReplay } from '../src/http/wire-types.ts'
import { getJson } from './api.ts'
import { count } from './format.ts'
import { go, route } from './route.ts'
import { notify } from './state.ts'

/** The newest run of each command, by command. */
export const replays = signal<ReadonlyMap<string, WireReplay>>(new Map())

/** Ids of failed runs that are not to be shown any more. */
const dismissed = new Set<string>()

/** Event `replay`. A message that is open gives its place to the one that stands in for it. */
export function takeReplay(run: WireReplay): void {
  keep(run)
  if (run.endedAt !== null && run.problem === null) notify(`Replayed: ${count(run.messages.length, 'message')}`)
}

/** What happened while the page was not connected. Never rejects. */
export async function catchUpReplays(): Promise<void> {
  try {
    const { runs } = await getJson<{ runs: WireReplay[] }>('api/replays')
    for (const run of runs.reverse()) keep(run)
  } catch {
    // The next event of a run says the same.
  }
}

/** The failure of a run is not shown any more. */
export function dismissReplay({ id, command }: WireReplay): void {
  dismissed.add(id)
  const left = new Map(replays.peek())
  left.delete(command)
  replays.value = left
}

function keep(run: WireReplay): void {
  if (dismissed.has(run.id)) return
  replays.value = new Map(replays.peek()).set(run.command, run)
  const { message } = route.peek()
  const successor = run.messages.find(({ before }) => before !== null && before === message)
  if (successor !== undefined) go({ message: successor.key }, true)
}
