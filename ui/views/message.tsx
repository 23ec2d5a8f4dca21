import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { WireMessage } from '../../src/http/wire-types.ts'
import { markSeen } from '../actions.ts'
import { getMessage } from '../api.ts'
import { templatesRevision } from '../connection.ts'
import { listing, rowOf } from '../listing.ts'
import { Attachments } from '../parts/attachments.tsx'
import { Defects } from '../parts/defects.tsx'
import { lazy } from '../parts/lazy.tsx'
import { cut } from '../format.ts'
import { useLoaded } from '../parts/loaded.ts'
import { MessageHead } from '../parts/message-head.tsx'
import { MessageToolbar } from '../parts/message-toolbar.tsx'
import { Said } from '../parts/said.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { go, route, type Tab } from '../route.ts'
import { Conversation } from './message-conversation.tsx'
import { HeaderFields } from './message-headers.tsx'
import { HtmlBody } from './message-html.tsx'
import { Parts } from './message-parts.tsx'
import { Source } from './message-source.tsx'
import { TextBody } from './message-text.tsx'

const BeforeTab = lazy(() => import('./message-before.tsx').then((module) => module.BeforeTab))
const LiveTab = lazy(() => import('./message-follows.tsx').then((module) => module.LiveTab))

/** A message in full. */
export function MessageView({ messageKey }: { messageKey: string }) {
  const loaded = useLoaded(messageKey, () => getMessage(messageKey))
  const { rows } = listing.value
  const row = rows.length > 0 ? rowOf(messageKey) : undefined
  useEffect(() => {
    if (loaded.status === 'ready') markSeen(messageKey)
  }, [messageKey, loaded.status])
  const subject = loaded.status === 'ready' ? loaded.value.subject : (row?.subject ?? '')
  return (
    <article class="message" aria-labelledby="message-title" key={messageKey}>
      <MessageToolbar
        messageKey={messageKey}
        flagged={row?.flagged ?? (loaded.status === 'ready' && loaded.value.flagged)}
      />
      <div class="message-scroller" id="message-scroller">
        <h2 id="message-title" tabIndex={-1} class={subject === '' ? 'quiet' : ''}>
          <Said text={cut(subject || '(no subject)', 1000)} />
        </h2>
        {loaded.status === 'ready' ? <Body message={loaded.value} /> : <Waiting loaded={loaded} />}
      </div>
    </article>
  )
}

function Body({ message }: { message: WireMessage }) {
  /** Octet to show in the source, from a defect that was clicked. */
  const place = useSignal<number | null>(null)
  const current = shownTab(message)
  const before = message.replay?.before ?? null
  return (
    <>
      <MessageHead message={message} />
      <Defects
        message={message}
        onShow={(offset) => {
          place.value = offset
          go({ tab: 'source' }, true)
        }}
      />
      <Attachments message={message} />
      <Tabs label="Views of the message" tabs={tabsOf(message)} current={current} onChange={(tab) => go({ tab }, true)}>
        {current === 'html' && <HtmlBody message={message} />}
        {current === 'live' && <LiveTab message={message} />}
        {current === 'before' && before !== null && <BeforeTab message={message} before={before} />}
        {current === 'text' && <TextBody message={message} />}
        {current === 'source' && <Source message={message} place={place} />}
        {current === 'headers' && <HeaderFields messageKey={message.key} />}
        {current === 'parts' && <Parts message={message} />}
        {current === 'conversation' && <Conversation message={message} />}
      </Tabs>
    </>
  )
}

function shownTab(message: WireMessage): Tab {
  const asked = route.value.tab
  if (asked !== null && tabsOf(message).some(({ name }) => name === asked)) return asked
  return message.hasHtml ? 'html' : 'text'
}

function tabsOf(message: WireMessage): readonly { readonly name: Tab; readonly label: string }[] {
  return [
    ...(message.hasHtml ? [{ name: 'html', label: 'HTML' } as const] : []),
    ...(templatesRevision.value !== null ? [{ name: 'live', label: 'Live' } as const] : []),
    ...((message.replay?.before ?? null) !== null ? [{ name: 'before', label: 'Before' } as const] : []),
    { name: 'text', label: 'Text' },
    { name: 'source', label: 'Source' },
    { name: 'headers', label: 'Headers' },
    { name: 'parts', label: 'Parts' },
    { name: 'conversation', label: 'Conversation' },
  ]
}
