import { change, currentTarget } from '../actions.ts'
import { count, figure } from '../format.ts'
import { listing, stored, unread } from '../listing.ts'
import { route } from '../route.ts'
import { clearSelection, dialog, selectedCount, selection, selectMatching } from '../state.ts'
import { Icon } from './icon.tsx'

/** Above the list: how many there are, or what can be done with the ticked ones. */
export function ListHead() {
  return selectedCount.value > 0 ? <SelectionHead /> : <CountHead />
}

function CountHead() {
  const searching = route.value.query !== ''
  const { total, status } = listing.value
  return (
    <div class="list-head">
      <p class="list-count">
        <strong>{status === 'loading' ? ' ' : searching ? `${figure(total)} found` : count(total, 'message')}</strong>
        {!searching && unread.value !== null && <span class="quiet"> {figure(unread.value)} unread</span>}
      </p>
      <button
        type="button"
        class="icon-button"
        title="Mark all as read"
        aria-label="Mark all as read"
        disabled={total === 0}
        onClick={() => void change({ query: listing.value.query }, { seen: true })}
      >
        <Icon name="check-check" />
      </button>
      <button
        type="button"
        class="icon-button"
        title="Select all"
        aria-label="Select all"
        disabled={total === 0}
        onClick={selectMatching}
      >
        <Icon name="check" />
      </button>
      <button
        type="button"
        class="icon-button"
        title="Delete all messages"
        aria-label="Delete all messages"
        disabled={(stored.value ?? 0) === 0}
        onClick={() => (dialog.value = 'delete-all')}
      >
        <Icon name="trash-2" />
      </button>
    </div>
  )
}

function SelectionHead() {
  const { total } = listing.value
  function mark(seen: boolean): void {
    const target = currentTarget()
    if (target !== undefined) void change(target, { seen })
  }
  return (
    <div class="list-head selecting" role="toolbar" aria-label="Selected messages">
      <button
        type="button"
        class="icon-button"
        title="Clear the selection"
        aria-label="Clear the selection"
        onClick={clearSelection}
      >
        <Icon name="x" />
      </button>
      <p class="list-count">
        <strong>{figure(selectedCount.value)} selected</strong>
        {!selection.value.matching && selectedCount.value < total && (
          <button type="button" class="link-button" onClick={selectMatching}>
            Select all {figure(total)}
          </button>
        )}
      </p>
      <button
        type="button"
        class="icon-button"
        title="Mark as read"
        aria-label="Mark as read"
        onClick={() => mark(true)}
      >
        <Icon name="mail-open" />
      </button>
      <button
        type="button"
        class="icon-button"
        title="Mark as unread"
        aria-label="Mark as unread"
        onClick={() => mark(false)}
      >
        <Icon name="mail" />
      </button>
      <button
        type="button"
        class="icon-button"
        title="Delete the selected messages"
        aria-label="Delete the selected messages"
        onClick={() => (dialog.value = 'delete-selected')}
      >
        <Icon name="trash-2" />
      </button>
    </div>
  )
}
