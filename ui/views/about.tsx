import type { WireState } from '../../src/http/wire-types.ts'
import { getState } from '../api.ts'
import { figure, moment, size } from '../format.ts'
import { stored } from '../listing.ts'
import { useLoaded } from '../parts/loaded.ts'
import { Waiting } from '../parts/waiting.tsx'
import { notifications, setTheme, theme, toggleNotifications, type Theme } from '../settings.ts'
import { FirstMessage } from './first-message.tsx'

const themes: readonly Theme[] = ['auto', 'light', 'dark']

/** What the server is doing and where it listens, and the few settings of this page. */
export function AboutView() {
  const loaded = useLoaded(`state ${stored.value ?? 0}`, getState)
  return (
    <div class="page about">
      <header class="page-head">
        <h2>Status</h2>
      </header>
      {loaded.status === 'ready' ? <State state={loaded.value} /> : <Waiting loaded={loaded} />}
      <section class="card">
        <h3>This page</h3>
        <div class="settings">
          <fieldset class="choice">
            <legend>Look</legend>
            {themes.map((name) => (
              <label key={name}>
                <input type="radio" name="theme" checked={theme.value === name} onChange={() => setTheme(name)} />
                {name}
              </label>
            ))}
          </fieldset>
          <label class="tick">
            <input type="checkbox" checked={notifications.value} onChange={() => void toggleNotifications()} />
            Tell me of arrivals by desktop notifications
          </label>
        </div>
      </section>
      <FirstMessage />
    </div>
  )
}

/** How a listener comes to TLS. */
const tlsWords: Readonly<Record<WireState['listeners'][string]['tls'], string>> = {
  none: '',
  starttls: 'STARTTLS',
  implicit: 'TLS',
}

function State({ state }: { state: WireState }) {
  const facts: readonly (readonly [string, string])[] = [
    ['Version', state.version],
    ['Running since', moment(state.startedAt)],
    ['Process', String(state.pid)],
    ['Messages', `${figure(state.messages)}, ${figure(state.unread)} unread`],
    ['Size', `${size(state.octets)} of messages, ${size(state.diskOctets)} on disk`],
    ['Kept in', state.data ?? 'memory only, gone when the server stops'],
    ['Store', state.store],
    ['Not indexed yet', figure(state.unindexed)],
  ]
  return (
    <div class="cards">
      <section class="card">
        <h3>Server</h3>
        <dl class="facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section class="card">
        <h3>Listening</h3>
        <dl class="facts">
          {Object.entries(state.listeners).map(([name, { host, port, tls }]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <code>
                  {host.includes(':') ? `[${host}]` : host}:{port}
                </code>{' '}
                <span class="quiet">{tlsWords[tls]}</span>
              </dd>
            </div>
          ))}
        </dl>
        <p>
          <a class="button" href="api/certificate.pem" download="stuntmail.pem">
            Certificate
          </a>
        </p>
        <p class="quiet">Clients that check certificates accept STARTTLS and TLS here once they trust this one.</p>
      </section>
    </div>
  )
}
