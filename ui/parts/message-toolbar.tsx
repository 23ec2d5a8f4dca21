import { change, copy, toggleFlag } from '../actions.ts'
import { messageUrl } from '../api.ts'
import { go, route } from '../route.ts'
import { dialog } from '../state.ts'
import { Icon } from './icon.tsx'

/** What can be done with the open message. */
export function MessageToolbar({ messageKey, flagged }: { messageKey: string; flagged: boolean }) {
  const target = { keys: [messageKey] }
  const leave = () => go({ message: null, tab: null })
  function markUnread(): void {
    leave()
    void change(target, { seen: false })
  }
  function askToDelete(): void {
    if (route.value.message === messageKey) dialog.value = 'delete-open'
  }
  function copyLink(): void {
    void copy(new URL(`?message=${messageKey}`, document.baseURI).href, 'Link')
  }
  return (
    <div class="message-toolbar" role="toolbar" aria-label="Message">
      <Action name="Back to the list" shortcut="u" icon="arrow-left" run={leave} />
      <span class="spring" />
      <Action name="Mark as unread" shortcut="Shift U" icon="mail" run={markUnread} />
      <Flag flagged={flagged} toggle={() => toggleFlag(target)} />
      <Action name="Copy link" icon="link" run={copyLink} />
      <a
        class="icon-button"
        title="Download as .eml"
        aria-label="Download as .eml"
        href={messageUrl(messageKey, '/raw')}
        download={`${messageKey}.eml`}
      >
        <Icon name="download" />
      </a>
      <Action name="Delete" shortcut="#" icon="trash-2" run={askToDelete} />
    </div>
  )
}

interface ActionProperties {
  readonly name: string
  readonly shortcut?: string
  readonly icon: Parameters<typeof Icon>[0]['name']
  readonly run: () => void
}

function Action({ name, shortcut, icon, run }: ActionProperties) {
  const title = shortcut === undefined ? name : `${name} (${shortcut})`
  return (
    <button type="button" class="icon-button" title={title} aria-label={name} onClick={run}>
      <Icon name={icon} />
    </button>
  )
}

function Flag({ flagged, toggle }: { flagged: boolean; toggle: () => void }) {
  return (
    <button
      type="button"
      class={`icon-button flag-button ${flagged ? 'on' : ''}`}
      title="Flag (s)"
      aria-label="Flag"
      aria-pressed={flagged}
      onClick={toggle}
    >
      <Icon name="flag" />
    </button>
  )
}
