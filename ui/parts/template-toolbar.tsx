import type { WireRenderingId, WireTemplate } from '../../src/http/wire-types.ts'
import { asProblem } from '../api.ts'
import { go } from '../route.ts'
import { notify } from '../state.ts'
import { renderingUrl, sendRendering, type FixtureData } from '../template-api.ts'
import { Icon } from './icon.tsx'

interface ToolbarProperties {
  readonly template: WireTemplate
  readonly id: WireRenderingId
  /** Of a draft; undefined where the fixture's own is shown. */
  readonly data: FixtureData | undefined
}

/** Which fixture and language are shown, and what can be done with the message. */
export function TemplateToolbar({ template, id, data }: ToolbarProperties) {
  const { name, fixtures, locales } = template
  async function send(how: 'deliver' | 'send', done: string): Promise<void> {
    try {
      await sendRendering(id, how, data)
      notify(done)
    } catch (error) {
      notify(asProblem(error).message, 'failed')
    }
  }
  return (
    <div class="message-toolbar template-toolbar" role="toolbar" aria-label="Template">
      <button
        type="button"
        class="icon-button"
        title="Back to all templates (u)"
        aria-label="Back to all templates"
        onClick={() => go({ view: 'templates', tab: null })}
      >
        <Icon name="arrow-left" />
      </button>
      {fixtures.length > 1 && (
        <Chooser label="Fixture" names={fixtures} current={id.fixture} onChange={(fixture) => go({ fixture }, true)} />
      )}
      {locales.length > 0 && (
        <Chooser
          label="Language"
          names={locales.includes('') ? locales : ['', ...locales]}
          current={id.locale}
          onChange={(locale) => go({ locale }, true)}
        />
      )}
      <span class="spring" />
      <button type="button" class="button" onClick={() => void send('deliver', 'Put into the inbox')}>
        <Icon name="inbox" /> To the inbox
      </button>
      <button type="button" class="button" onClick={() => void send('send', 'Sent through SMTP')}>
        <Icon name="send" /> Send by SMTP
      </button>
      <a
        class="icon-button"
        title="Download as .eml"
        aria-label="Download as .eml"
        href={renderingUrl(id, 'message')}
        download={`${name.replaceAll('/', '-')}.eml`}
      >
        <Icon name="download" />
      </a>
    </div>
  )
}

interface ChooserProperties {
  readonly label: string
  readonly names: readonly string[]
  readonly current: string
  readonly onChange: (name: string) => void
}

function Chooser({ label, names, current, onChange }: ChooserProperties) {
  return (
    <label class="chooser">
      <span class="quiet">{label}</span>
      <select class="field" value={current} onChange={(event) => onChange(event.currentTarget.value)}>
        {names.map((name) => (
          <option key={name} value={name}>
            {name === '' ? 'none' : name}
          </option>
        ))}
      </select>
    </label>
  )
}
