import { useSignal } from '@preact/signals'
import { getState } from '../api.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { useLoaded } from '../parts/loaded.ts'
import { Tabs } from '../parts/tabs.tsx'
import { Mark } from '../parts/icon.tsx'
import { snippets, type SnippetName } from '../parts/snippets.ts'
import { stored } from '../listing.ts'

/** How to send something here, for whatever one sends with. */
export function FirstMessage() {
  const loaded = useLoaded('state', getState)
  const shown = useSignal<SnippetName>('nodemailer')
  const smtp = loaded.status === 'ready' ? loaded.value.listeners['smtp'] : undefined
  const host = smtp === undefined || smtp.host === '127.0.0.1' || smtp.host === '::1' ? 'localhost' : smtp.host
  const port = smtp?.port ?? 1025
  const all = snippets(host, port)
  const text = all.find(({ name }) => name === shown.value)?.text ?? ''
  return (
    <div class="first-message">
      {stored.value === 0 && (
        <header>
          <Mark />
          <h2>Nothing caught yet</h2>
          <p>
            Point your app at <code>{`${host}:${port}`}</code>. Whatever it sends lands here, and nowhere else.
          </p>
        </header>
      )}
      {stored.value !== 0 && (
        <p class="prose">
          Mail server <code>{`${host}:${port}`}</code>; no TLS needed, any user and password accepted.
        </p>
      )}
      <Tabs label="Send with" tabs={all} current={shown.value} onChange={(name) => (shown.value = name)}>
        <div class="snippet">
          <pre>{text}</pre>
          <CopyButton text={text} what="Snippet" />
        </div>
      </Tabs>
    </div>
  )
}
