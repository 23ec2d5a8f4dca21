import { useMemo } from 'preact/hooks'
import type { WireMessage, WireRendering, WireTie } from '../../src/http/wire-types.ts'
import { asProblem } from '../api.ts'
import { Diagnostics } from '../parts/diagnostics.tsx'
import { useLoaded } from '../parts/loaded.ts'
import { loadText, type MessageText } from '../parts/message-text.ts'
import { NewFixture } from '../parts/new-fixture.tsx'
import { filesOfTemplate, partsOfMessage } from '../parts/own-pictures.ts'
import { useRendering } from '../parts/rendering.ts'
import { SideBySide } from '../parts/side-by-side.tsx'
import { follow } from '../parts/top-bar.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { savedFiles } from '../renderings.ts'
import { go, home, routeUrl } from '../route.ts'
import { notify } from '../state.ts'
import { getTie, saveFixture, unfollowTemplate } from '../template-api.ts'

interface LiveProperties {
  readonly message: WireMessage
  readonly tie: WireTie
}

/** A captured message as its template would make it now, beside what was sent. */
export function LiveSide({ message, tie }: LiveProperties) {
  const { rendering, problem } = useRendering(tie)
  const sent = useLoaded(message.key, () => loadText(message))
  if (problem !== null) {
    return (
      <p class="note" role="alert">
        {tie.template}: {problem.message}
      </p>
    )
  }
  if (sent.status !== 'ready') return <Waiting loaded={sent} />
  if (rendering === null) return <Waiting loaded={{ status: 'loading' }} />
  return (
    <>
      <Origin message={message} tie={tie} />
      <Diagnostics diagnostics={rendering.diagnostics} stale={rendering.stale && rendering.html !== ''} />
      <Sides message={message} sent={sent.value} rendering={rendering} />
    </>
  )
}

/** Which template with which data, and how to keep the data. */
function Origin({ message: { key }, tie }: LiveProperties) {
  const { template, fixture, locale, by } = tie
  const own = fixture.startsWith('@')
  const to = { ...home, view: 'template', template, fixture: own ? null : fixture, locale } as const
  async function save(name: string): Promise<void> {
    try {
      const { data } = await getTie(key)
      if (data === null) return
      // Nothing stands for none: what is there already is not written over.
      await saveFixture({ template, fixture: name }, data, {})
      notify(`Saved ${name}`)
      go({ ...to, fixture: name })
    } catch (error) {
      notify(asProblem(error).message, 'failed')
    }
  }
  return (
    <div class="tab-bar">
      <span>
        Made from{' '}
        <a href={routeUrl(to)} onClick={(event) => follow(event, () => go(to))}>
          {template}
        </a>{' '}
        <span class="quiet">{own ? 'with its own data' : `with the fixture ${fixture}`}</span>
      </span>
      {own && <NewFixture label="Save its data" disabled={false} onSave={save} />}
      {by === 'hand' && (
        <button type="button" class="button" onClick={() => void unfollowTemplate(key)}>
          Stop following
        </button>
      )}
    </div>
  )
}

interface SidesProperties {
  readonly message: WireMessage
  readonly sent: MessageText
  readonly rendering: WireRendering
}

function Sides({ message, sent, rendering }: SidesProperties) {
  const [file = ''] = rendering.files
  const parts = useMemo(() => partsOfMessage(message), [message])
  const files = useMemo(() => filesOfTemplate(file, savedFiles.value), [file, savedFiles.value])
  const address = `frame/${encodeURIComponent(message.key)}`
  const live = { title: 'Live', caption: 'Live, as the template is now', address: 'frame/template' }
  return (
    <SideBySide
      left={{ title: 'As sent', caption: 'As sent', address, text: sent, own: parts }}
      right={{ ...live, text: rendering, own: files }}
      same="Its source is the same as what was sent."
    />
  )
}
