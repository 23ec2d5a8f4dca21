import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { WireMessage, WireTie } from '../../src/http/wire-types.ts'
import { asProblem } from '../api.ts'
import { catalogue, loadCatalogue } from '../catalogue.ts'
import { useLoaded } from '../parts/loaded.ts'
import { Waiting } from '../parts/waiting.tsx'
import { tiedMessages } from '../renderings.ts'
import { notify } from '../state.ts'
import { followTemplate, getTie } from '../template-api.ts'
import { LiveSide } from './message-live.tsx'

/** A message beside what its template makes now; of one that follows no template, the choice of one. */
export function LiveTab({ message }: { message: WireMessage }) {
  const { key } = message
  const tie = useLoaded(`${key} ${tiedMessages.value.get(key) ?? 0}`, () => tieOrNone(key))
  if (tie.status !== 'ready') return <Waiting loaded={tie} />
  if (tie.value === null) return <Choice messageKey={key} />
  return <LiveSide message={message} tie={tie.value} />
}

async function tieOrNone(key: string): Promise<WireTie | null> {
  try {
    return await getTie(key)
  } catch (error) {
    if (asProblem(error).status === 404) return null
    throw error
  }
}

function Choice({ messageKey }: { messageKey: string }) {
  const template = useSignal('')
  const fixture = useSignal('default')
  useEffect(() => void loadCatalogue(), [])
  const known = catalogue.value?.templates ?? []
  const chosen = known.find(({ name }) => name === template.value)
  async function follow(): Promise<void> {
    try {
      await followTemplate(messageKey, { template: template.value, fixture: fixture.value, locale: '' })
    } catch (error) {
      notify(asProblem(error).message, 'failed')
    }
  }
  return (
    <form
      class="follow-choice"
      onSubmit={(event) => {
        event.preventDefault()
        void follow()
      }}
    >
      <p>This message names no template. Choose the one it was made from, and see here what every save makes of it.</p>
      <input
        class="field"
        required
        list="follow-templates"
        aria-label="Template"
        placeholder="Template"
        value={template.value}
        onInput={(event) => (template.value = event.currentTarget.value)}
      />
      <datalist id="follow-templates">
        {known.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <select
        class="field"
        aria-label="Fixture"
        value={fixture.value}
        onChange={(event) => (fixture.value = event.currentTarget.value)}
      >
        {(chosen?.fixtures ?? ['default']).map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <button type="submit" class="button">
        Follow it
      </button>
    </form>
  )
}
