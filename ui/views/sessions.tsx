import { useSignal, type Signal } from '@preact/signals'
import type { WireSessionSummary } from '../../src/http/wire-types.ts'
import { getSession, getSessions } from '../api.ts'
import { now } from '../clock.ts'
import { sessionsEnded } from '../connection.ts'
import { age, count, cut, moment } from '../format.ts'
import { stored } from '../listing.ts'
import { Icon } from '../parts/icon.tsx'
import { useLatest, useLoaded } from '../parts/loaded.ts'
import { Said } from '../parts/said.tsx'
import { Transcript } from '../parts/transcript.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { go, route } from '../route.ts'

/** How many are shown at first, and how many more each time; the most that REST gives at once. */
const step = 50
const most = 500

/** What is chosen; the empty text chooses all. `which` is an outcome, or `refused` answers. */
interface Chosen {
  readonly protocol: string
  readonly which: string
  readonly user: string
}

/** Who talked to the server lately, and how it went: also those who were refused or broke off. */
export function SessionsView() {
  const limit = useSignal(step)
  const chosen = useSignal<Chosen>({ protocol: '', which: '', user: '' })
  const { protocol, which, user } = chosen.value
  const outcome = which === 'refusals' ? '' : which
  const filter = { limit: String(limit.value), protocol, outcome, user, refused: which === 'refusals' ? 'true' : '' }
  const name = `sessions ${JSON.stringify(filter)} ${stored.value ?? 0} ${sessionsEnded.value}`
  const loaded = useLatest(name, () => getSessions(filter))
  return (
    <div class="page sessions">
      <header class="page-head">
        <h2>Sessions</h2>
      </header>
      <p class="quiet">
        The latest sessions of SMTP, IMAP and POP3, those without a message too; new ones appear when they end.
        Passwords are never kept.
      </p>
      <Filters chosen={chosen} />
      {loaded.status !== 'ready' && <Waiting loaded={loaded} />}
      {loaded.status === 'ready' && loaded.value.sessions.length === 0 && <p class="note">{nothing(chosen.value)}</p>}
      <ul class="session-list">
        {loaded.status === 'ready' &&
          loaded.value.sessions.map((session) => (
            <Session key={session.id} session={session} open={session.id === route.value.session} />
          ))}
      </ul>
      {loaded.status === 'ready' && loaded.value.next !== null && limit.value < most && (
        <button type="button" class="button" onClick={() => (limit.value = Math.min(limit.value + step, most))}>
          Show more
        </button>
      )}
    </div>
  )
}

const nothing = ({ protocol, which, user }: Chosen): string =>
  protocol + which + user === '' ? 'No session yet.' : 'No such session.'

const protocols = [
  ['', 'all protocols'],
  ['smtp', 'SMTP'],
  ['imap', 'IMAP'],
  ['pop3', 'POP3'],
  ['http', 'REST'],
] as const

/** Each as it is called in the list. */
const outcomes: Readonly<Record<string, string>> = {
  '': 'any end',
  refusals: 'something refused',
  completed: 'completed',
  closed: 'closed without QUIT',
  dropped: 'dropped',
  refused: 'ended by a refusal',
  timeout: 'timeout',
  shutdown: 'shutdown',
  'tls-failed': 'TLS failed',
  open: 'open',
}

function Filters({ chosen }: { chosen: Signal<Chosen> }) {
  const choose = (part: Partial<Chosen>): void => void (chosen.value = { ...chosen.value, ...part })
  return (
    <form class="session-filters" onSubmit={(event) => event.preventDefault()}>
      <select class="field" aria-label="Protocol" onChange={(event) => choose({ protocol: event.currentTarget.value })}>
        {protocols.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      <select
        class="field"
        aria-label="How it ended"
        onChange={(event) => choose({ which: event.currentTarget.value })}
      >
        {Object.entries(outcomes).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      <input
        type="search"
        class="field"
        aria-label="User name"
        placeholder="User name"
        onChange={(event) => choose({ user: event.currentTarget.value.trim() })}
      />
    </form>
  )
}

/** Listeners whose sessions are there to bring messages. */
const takesMessages = /^(?:smtp|smtps|submission)$/

function Session({ session, open }: { session: WireSessionSummary; open: boolean }) {
  const { id, client, heloName, outcome, startedAt, refusals, remark } = session
  const tlsFailed = outcome === 'tls-failed'
  return (
    <li class={open ? 'open' : ''}>
      <button type="button" class="session" aria-expanded={open} onClick={() => go({ session: open ? null : id })}>
        <Icon name={open ? 'chevron-down' : 'chevron-right'} />
        <span class={`outcome ${outcome}`}>{tlsFailed ? 'TLS failed' : outcome}</span>
        {refusals > 0 && <span class="outcome">{count(refusals, 'refusal')}</span>}
        <strong>
          <Said text={cut(heloName || client.address)} />
        </strong>
        <span class="quiet session-facts">
          <Said text={factsOf(session).join(' · ')} />
        </span>
        <time dateTime={startedAt} title={moment(startedAt)}>
          {age(Date.parse(startedAt), now.value)}
        </time>
      </button>
      {!open && tlsFailed && <p class="session-remark">{remark}</p>}
      {open && <Conversation id={id} version={`${outcome} ${session.messages}`} />}
    </li>
  )
}

/** @param version what changes when there is more of it. */
function Conversation({ id, version }: { id: string; version: string }) {
  const loaded = useLoaded(`session ${id} ${version}`, () => getSession(id))
  return loaded.status === 'ready' ? <Transcript text={loaded.value.transcript} /> : <Waiting loaded={loaded} />
}

/** What stands in its line, besides who and when. */
function factsOf(session: WireSessionSummary): readonly string[] {
  const { listener, messages, outcome, startedAt, endedAt, tls, authUser, triedUser } = session
  const seconds = endedAt === null ? null : (Date.parse(endedAt) - Date.parse(startedAt)) / 1000
  const facts = [
    listener,
    tls ?? (outcome === 'tls-failed' ? null : 'no TLS'),
    authUser === null ? null : `as ${authUser === '' ? '(no name)' : cut(authUser)}`,
    triedUser === null ? null : `tried ${triedUser === '' ? '(no name)' : cut(triedUser)}`,
    messages === 0 && !takesMessages.test(listener) ? null : count(messages, 'message'),
    seconds === null ? null : `${seconds.toFixed(2)} s`,
  ]
  return facts.filter((fact) => fact !== null)
}
