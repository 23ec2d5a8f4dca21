import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { WireRendering, WireRenderingId, WireTemplate } from '../../src/http/wire-types.ts'
import { catalogue, catalogueProblem, loadCatalogue } from '../catalogue.ts'
import { size } from '../format.ts'
import { Diagnostics } from '../parts/diagnostics.tsx'
import type { Draft } from '../parts/fixture-edit.ts'
import { useRendering } from '../parts/rendering.ts'
import { Said } from '../parts/said.tsx'
import { sourceLines } from '../parts/source-lines.ts'
import { Tabs } from '../parts/tabs.tsx'
import { TemplateToolbar } from '../parts/template-toolbar.tsx'
import { go, route, type Tab } from '../route.ts'
import { Lines } from './message-source.tsx'
import { TemplateData } from './template-data.tsx'
import { Panes } from './template-panes.tsx'

/** Gmail shows no more of a message than this, and a link to the rest. Octets. */
const gmailClipsAt = 102 * 1024

const tabs: readonly { readonly name: Tab; readonly label: string }[] = [
  { name: 'html', label: 'HTML' },
  { name: 'text', label: 'Text' },
  { name: 'source', label: 'Source' },
  { name: 'fixtures', label: 'Data' },
  { name: 'details', label: 'Files' },
]

/** A template as it renders, following every save. */
export function TemplateView() {
  const { template: name } = route.value
  useEffect(() => {
    if (catalogue.peek() === null) void loadCatalogue()
  }, [])
  const found = catalogue.value?.templates.find((template) => template.name === name)
  if (found !== undefined) return <Template key={found.name} template={found} />
  const problem = catalogueProblem.value?.message ?? `There is no template ${name ?? ''}`
  const loading = catalogue.value === null && catalogueProblem.value === null
  return (
    <p class="note" role={loading ? undefined : 'alert'} aria-busy={loading}>
      {loading ? 'Loading' : problem}
    </p>
  )
}

function Template({ template }: { template: WireTemplate }) {
  const id = chosen(template)
  const { rendering: saved, problem } = useRendering(id)
  const draft = useSignal<Draft | null>(null)
  useEffect(() => {
    draft.value = null
  }, [id.fixture, id.locale])
  const rendering = draft.value?.rendering ?? saved
  return (
    <article class="pane template" aria-labelledby="template-title">
      <TemplateToolbar template={template} id={id} data={draft.value?.data} />
      <div class="template-scroller">
        <h2 id="template-title" tabIndex={-1}>
          {template.name}
        </h2>
        {problem !== null && <p role="alert">{problem.message}</p>}
        {rendering === null && problem === null && (
          <p class="note" aria-busy="true">
            Rendering
          </p>
        )}
        {rendering !== null && <Body rendering={rendering} template={template} id={id} saved={saved} draft={draft} />}
      </div>
    </article>
  )
}

/** What the URL names, or what there is instead. */
function chosen({ name: template, fixtures, locales }: WireTemplate): WireRenderingId {
  const { fixture, locale } = route.value
  return {
    template,
    fixture: fixtures.find((name) => name === fixture) ?? 'default',
    locale: locales.find((name) => name === locale) ?? '',
  }
}

interface BodyProperties {
  /** What is shown: of a draft, or of the file. */
  readonly rendering: WireRendering
  readonly template: WireTemplate
  readonly id: WireRenderingId
  readonly saved: WireRendering | null
  readonly draft: Signal<Draft | null>
}

function Body({ rendering, template: { file }, id, saved, draft }: BodyProperties) {
  const current = tabs.find(({ name }) => name === route.value.tab)?.name ?? 'html'
  return (
    <>
      <Facts rendering={rendering} />
      <Diagnostics diagnostics={rendering.diagnostics} stale={rendering.stale && rendering.html !== ''} />
      <Tabs label="Views of the template" tabs={tabs} current={current} onChange={(tab) => go({ tab }, true)}>
        {current === 'html' && <Panes rendering={rendering} file={file} />}
        {current === 'text' && <Text rendering={rendering} />}
        {current === 'source' && <Source html={rendering.html} />}
        {current === 'fixtures' && <TemplateData key={id.fixture} id={id} saved={saved} file={file} draft={draft} />}
        {current === 'details' && <Files rendering={rendering} />}
      </Tabs>
    </>
  )
}

function Facts({ rendering }: { rendering: WireRendering }) {
  const { subject, from, preheader, htmlOctets, renderMs } = rendering
  const facts = [
    ['Subject', subject],
    ['From', from],
    ['Preheader', preheader],
  ] as const
  return (
    <dl class="facts">
      {facts
        .filter(([name, value]) => name === 'Subject' || value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class={value === '' ? 'quiet' : ''}>
              {name === 'Preheader' ? <bdi>{value}</bdi> : <Said text={value === '' ? 'none' : value} />}
            </dd>
          </div>
        ))}
      <div>
        <dt>Size</dt>
        <dd>
          {size(htmlOctets)} of HTML, rendered in {Math.max(1, Math.round(renderMs))} ms
          {htmlOctets > gmailClipsAt && <span class="differs">Gmail clips it at 102 kB</span>}
        </dd>
      </div>
    </dl>
  )
}

function Text({ rendering }: { rendering: WireRendering }) {
  const { text, textDerived } = rendering
  return (
    <>
      {textDerived && <p class="quiet">Made from the HTML; a file such as welcome.text.hbs takes its place.</p>}
      <pre class="text-body template-text">{text}</pre>
    </>
  )
}

function Source({ html }: { html: string }) {
  const place = useSignal<number | null>(null)
  const lines = useMemo(() => sourceLines(new TextEncoder().encode(html)), [html])
  return <Lines lines={lines} defects={[]} place={place} />
}

function Files({ rendering }: { rendering: WireRendering }) {
  return (
    <>
      <p class="quiet">Rendered by {rendering.engine} from these; a save of any of them renders it again.</p>
      <ul class="template-files">
        {rendering.files.map((file) => (
          <li key={file}>
            <code>{file}</code>
          </li>
        ))}
      </ul>
    </>
  )
}
