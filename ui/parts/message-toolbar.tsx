import { change, copy, toggleFlag } from '../actions.ts'
import { messageUrl } from '../api.ts'
import { go, route } from '../route.ts'
import { dialog } from '../state.ts'
import { Icon } from './icon.tsx'

/** What can be done with the open message. */
export function MessageToolbar({ messageKey, flagged }: { messageKey: string; flagged: boolean }) {
  const target = { keys: [messageKey] }
  const leave = () => go({ message: null, tab: null })
  return (
    <div class="message-toolbar" role="toolbar" aria-label="Message">
      <button
        type="button"
        class="icon-button"
        title="Back to the list (u)"
        aria-label="Back to the list"
        onClick={leave}
      >
        <Icon name="arrow-left" />
      </button>
      <span class="spring" />
      <button
        type="button"
        class="icon-button"
        title="Mark as unread (Shift U)"
        aria-label="Mark as unread"
        onClick={() => {
          leave()
          void change(target, { seen: false })
        }}
      >
        <Icon name="mail" />
      </button>
      <button
        type="button"
        class={`icon-button flag-button ${flagged ? 'on' : ''}`}
        title="Flag (s)"
        aria-label="Flag"
        aria-pressed={flagged}
        onClick={() => toggleFlag(target)}
      >
        <Icon name="flag" />
      </button>
      <button
        type="button"
        class="icon-button"
        title="Copy link"
        aria-label="Copy link"
        onClick={() => void copy(new URL(`?message=${messageKey}`, document.baseURI).href, 'Link')}
      >
        <Icon name="link" />
      </button>
      <a
        class="icon-button"
        title="Download as .eml"
        aria-label="Download as .eml"
        href={messageUrl(messageKey, '/raw')}
        download={`${messageKey}.eml`}
      >
        <Icon name="download" />
      </a>
      <button
        type="button"
        class="icon-button"
        title="Delete (#)"
        aria-label="Delete"
        onClick={() => {
          if (route.value.message === messageKey) dialog.value = 'delete-open'
        }}
      >
        <Icon name="trash-2" />
      </button>
    </div>
  )
}
