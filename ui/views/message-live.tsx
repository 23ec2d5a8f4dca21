import { useMemo } from 'preact/hooks'
import type { WireMessage, WireRendering, WireTie } from '../../src/http/wire-types.ts'
import { asProblem, getText, messageUrl } from '../api.ts'
import { Diagnostics } from '../parts/diagnostics.tsx'
import { Frame } from '../parts/frame.tsx'
import { lineChanges } from '../parts/line-changes.ts'
import { useLoaded } from '../parts/loaded.ts'
import { NewFixture } from '../parts/new-fixture.tsx'
import { filesOfTemplate, partsOfMessage } from '../parts/own-pictures.ts'
import { PixelChanges } from '../parts/pixel-changes.tsx'
import { useRendering } from '../parts/rendering.ts'
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

/** What was sent. */
interface Sent {
  readonly subject: string
  readonly html: string
  readonly text: string
}

/** A captured message as its template would make it now, beside what was sent. */
export function LiveSide({ message, tie }: LiveProperties) {
  const { rendering, problem } = useRendering(tie)
  const sent = useLoaded(message.key, () => loadSent(message))
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

async function loadSent({ key, subject, hasHtml, hasText }: WireMessage): Promise<Sent> {
  const [html, text] = await Promise.all([
    hasHtml ? getText(messageUrl(key, '/html')) : '',
    hasText ? getText(messageUrl(key, '/text')) : '',
  ])
  return { subject, html, text }
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
  readonly sent: Sent
  readonly rendering: WireRendering
}

function Sides({ message, sent, rendering }: SidesProperties) {
  const [file = ''] = rendering.files
  const parts = useMemo(() => partsOfMessage(message), [message])
  const files = useMemo(() => filesOfTemplate(file, savedFiles.value), [file, savedFiles.value])
  const was = useMemo(() => ({ html: sent.html, own: parts }), [sent.html, parts])
  const now = useMemo(() => ({ html: rendering.html, own: files }), [rendering.html, files])
  const common = { width: null, scheme: 'light', remote: false, grows: false, onReport: () => undefined } as const
  return (
    <>
      <Differences sent={sent} rendering={rendering} />
      {(was.html !== '' || now.html !== '') && <PixelChanges left={was} right={now} />}
      <div class="live-sides">
        <figure>
          <figcaption class="quiet">As sent</figcaption>
          <Frame
            {...common}
            title="As sent"
            address={`frame/${encodeURIComponent(message.key)}`}
            html={sent.html}
            own={parts}
          />
        </figure>
        <figure>
          <figcaption class="quiet">Live, as the template is now</figcaption>
          <Frame {...common} title="Live" address="frame/template" html={rendering.html} own={files} />
        </figure>
      </div>
    </>
  )
}

function Differences({ sent, rendering }: Omit<SidesProperties, 'message'>) {
  // A template need not say its subject.
  const compared = rendering.subject === '' ? (['html', 'text'] as const) : (['subject', 'html', 'text'] as const)
  const different = compared.filter((name) => comparable(sent[name]) !== comparable(rendering[name]))
  if (different.length === 0) {
    return (
      <p class="quiet" role="status">
        Its source is the same as what was sent.
      </p>
    )
  }
  return (
    <div role="status" class="live-differences">
      {different.map((name) => (
        <details key={name}>
          <summary>
            <span class="differs">{names[name]} differs</span>
          </summary>
          <Changes sent={sent[name]} live={rendering[name]} />
        </details>
      ))}
    </div>
  )
}

const names = { subject: 'Subject', html: 'HTML', text: 'Text' } as const

function Changes({ sent, live }: { sent: string; live: string }) {
  const changes = useMemo(() => lineChanges(sent, live), [sent, live])
  if (changes === undefined) return <p class="quiet">They have too little in common to be compared line by line.</p>
  return (
    <pre class="line-changes">
      {changes.flatMap(({ kind, lines }, index) =>
        lines.map((line, at) => (
          <div key={`${index} ${at}`} class={`changed-line ${kind}`}>
            {signs[kind]} {line}
          </div>
        )),
      )}
    </pre>
  )
}

const signs = { same: ' ', sent: '−', live: '+' } as const

function comparable(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim()
}
