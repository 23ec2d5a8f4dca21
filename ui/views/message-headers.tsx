import { useSignal } from '@preact/signals'
import { getHeaders } from '../api.ts'
import { count, cut } from '../format.ts'
import { useLoaded } from '../parts/loaded.ts'
import { Said } from '../parts/said.tsx'
import { Waiting } from '../parts/waiting.tsx'

/** Characters of a field; the source has all of them. */
const mostShown = 20_000

/** The header fields in their order, decoded or as sent. */
export function HeaderFields({ messageKey }: { messageKey: string }) {
  const loaded = useLoaded(messageKey, () => getHeaders(messageKey))
  const raw = useSignal(false)
  const filter = useSignal('')
  if (loaded.status !== 'ready') return <Waiting loaded={loaded} />
  const wanted = filter.value.toLowerCase()
  const { fields: all, fieldCount } = loaded.value
  const fields = all.filter(({ name, value }) => `${name}: ${value}`.toLowerCase().includes(wanted))
  return (
    <>
      <div class="tab-bar">
        <input
          type="text"
          class="field"
          placeholder="Filter"
          aria-label="Filter header fields"
          value={filter.value}
          onInput={(event) => (filter.value = event.currentTarget.value)}
        />
        <label class="tick">
          <input type="checkbox" checked={raw.value} onChange={(event) => (raw.value = event.currentTarget.checked)} />
          As sent
        </label>
      </div>
      <table class="fields">
        <thead class="hidden">
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Body</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ name, value, raw: sent, offset }) => (
            <tr key={offset}>
              <th scope="row">
                <Said text={cut(name)} />
              </th>
              <td class={raw.value ? 'mono' : ''}>
                <Said text={cut(raw.value ? sent : value, mostShown)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {fieldCount > all.length && (
        <p class="note">and {count(fieldCount - all.length, 'field')} more, in the source alone</p>
      )}
      {fields.length === 0 && <p class="note">No field matches.</p>}
    </>
  )
}
