import type { WireSession } from '../../src/http/wire-types.ts'
import { getSessions } from '../api.ts'
import { now } from '../clock.ts'
import { sessionsEnded } from '../connection.ts'
import { age, count, moment } from '../format.ts'
import { stored } from '../listing.ts'
import { useLatest } from '../parts/loaded.ts'
import { Transcript } from '../parts/transcript.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { go, route } from '../route.ts'
import { useSignal } from '@preact/signals'
import { Icon } from '../parts/icon.tsx'

/** Who talked to the server lately, and how it went: also those who were refused or broke off. */
export function SessionsView() {
  const asked = useSignal(0)
  const loaded = useLatest(`sessions ${asked.value} ${stored.value ?? 0} ${sessionsEnded.value}`, getSessions)
  const open = loaded.status === 'ready' ? loaded.value.find(({ id }) => id === route.value.session) : undefined
  return (
    <div class="page sessions">
      <header class="page-head">
        <h2>Sessions</h2>
        <button type="button" class="button" onClick={() => (asked.value += 1)}>
          <Icon name="refresh-cw" /> Refresh
        </button>
      </header>
      <p class="quiet">
        The latest sessions of SMTP, IMAP and POP3, those without a message too. Passwords are never kept.
      </p>
      {loaded.status !== 'ready' && <Waiting loaded={loaded} />}
      {loaded.status === 'ready' && loaded.value.length === 0 && <p class="note">No session yet.</p>}
      <ul class="session-list">
        {loaded.status === 'ready' &&
          loaded.value.map((session) => <Session key={session.id} session={session} open={session.id === open?.id} />)}
      </ul>
    </div>
  )
}

/** Listeners whose sessions are there to bring messages. */
const takesMessages = /^(?:smtp|smtps|submission)$/

function Session({ session, open }: { session: WireSession; open: boolean }) {
  const { id, client, heloName, outcome, startedAt, transcript } = session
  const tlsFailed = outcome === 'tls-failed'
  return (
    <li class={open ? 'open' : ''}>
      <button type="button" class="session" aria-expanded={open} onClick={() => go({ session: open ? null : id })}>
        <Icon name={open ? 'chevron-down' : 'chevron-right'} />
        <span class={`outcome ${outcome}`}>{tlsFailed ? 'TLS failed' : outcome}</span>
        <strong>{heloName || client.address}</strong>
        <span class="quiet session-facts">{factsOf(session).join(' · ')}</span>
        <time dateTime={startedAt} title={moment(startedAt)}>
          {age(Date.parse(startedAt), now.value)}
        </time>
      </button>
      {!open && tlsFailed && <p class="session-remark">{transcript.split('\n').at(-1)}</p>}
      {open && <Transcript text={transcript} />}
    </li>
  )
}

/** What stands in its line, besides who and when. */
function factsOf(session: WireSession): readonly string[] {
  const { listener, messages, outcome, startedAt, endedAt, tls, authUser } = session
  const seconds = endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000
  const facts = [
    listener,
    tls ?? (outcome === 'tls-failed' ? null : 'no TLS'),
    authUser === null ? null : `as ${authUser === '' ? '(no name)' : authUser}`,
    messages === 0 && !takesMessages.test(listener) ? null : count(messages, 'message'),
    seconds === null ? null : `${seconds.toFixed(2)} s`,
  ]
  return facts.filter((fact) => fact !== null)
}
