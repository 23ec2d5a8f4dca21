import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { WireTemplate } from '../../src/http/wire-types.ts'
import { catalogue, catalogueProblem, loadCatalogue } from '../catalogue.ts'
import { count } from '../format.ts'
import { Diagnostics } from '../parts/diagnostics.tsx'
import { Icon } from '../parts/icon.tsx'
import { Thumbnail } from '../parts/template-thumbnail.tsx'
import { follow } from '../parts/top-bar.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { go, home, routeUrl } from '../route.ts'

/** Every template as a small picture, by folder. */
export function TemplatesView() {
  const filter = useSignal('')
  useEffect(() => {
    if (catalogue.peek() === null) void loadCatalogue()
  }, [])
  const { value: known } = catalogue
  if (known === null) return <NoCatalogue />
  const wanted = filter.value.trim().toLowerCase()
  const shown = known.templates.filter(({ name }) => name.toLowerCase().includes(wanted))
  return (
    <div class="page templates">
      <header class="page-head">
        <h2>Templates</h2>
        <label class="template-filter">
          <Icon name="search" />
          <input
            class="field"
            type="search"
            placeholder="Filter by name"
            aria-label="Filter templates by name"
            value={filter.value}
            onInput={(event) => (filter.value = event.currentTarget.value)}
          />
        </label>
      </header>
      <p class="quiet" role="status">
        {count(shown.length, 'template')} in <code>{known.root}</code>
      </p>
      <Diagnostics diagnostics={known.diagnostics} stale={false} />
      {known.templates.length === 0 && (
        <p class="note">
          No template yet. Save one, such as <code>welcome.hbs</code> or <code>welcome.mjml</code>, and it is here.
        </p>
      )}
      {[...byFolder(shown)].map(([folder, templates]) => (
        <section key={folder} class="template-folder" aria-label={folder === '' ? 'Top folder' : folder}>
          {folder !== '' && (
            <h3>
              <Icon name="folder" /> {folder}
            </h3>
          )}
          <ul class="gallery">
            {templates.map((template) => (
              <Card key={template.name} template={template} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function NoCatalogue() {
  const { value: error } = catalogueProblem
  return <Waiting loaded={error === null ? { status: 'loading' } : { status: 'failed', error }} />
}

function Card({ template }: { template: WireTemplate }) {
  const { name, engine, fixtures, locales } = template
  const to = { ...home, view: 'template', template: name } as const
  const facts = [engine, fixtures.length > 1 ? count(fixtures.length, 'fixture') : '', locales.join(' ')]
  return (
    <li class="template-card">
      <a href={routeUrl(to)} onClick={(event) => follow(event, () => go(to))}>
        <Thumbnail template={template} />
        <strong class="template-name">{name.slice(name.lastIndexOf('/') + 1)}</strong>
        <span class="quiet">{facts.filter((fact) => fact !== '').join(' · ')}</span>
      </a>
    </li>
  )
}

function byFolder(templates: readonly WireTemplate[]): ReadonlyMap<string, readonly WireTemplate[]> {
  const folders = new Map<string, WireTemplate[]>()
  for (const template of templates) {
    const folder = template.name.slice(0, Math.max(0, template.name.lastIndexOf('/')))
    const inside = folders.get(folder)
    if (inside === undefined) folders.set(folder, [template])
    else inside.push(template)
  }
  return new Map([...folders].sort(([a], [b]) => a.localeCompare(b, 'en')))
}
