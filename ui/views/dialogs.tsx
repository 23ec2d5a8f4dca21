import { deleteAll, deleteMessage, deleteSelected } from '../actions.ts'
import { count } from '../format.ts'
import { shortcuts } from '../keyboard.ts'
import { rowOf, stored } from '../listing.ts'
import { Confirm, Dialog } from '../parts/dialog.tsx'
import { spelled } from '../parts/said.tsx'
import { route } from '../route.ts'
import { cursor, dialog, selectedCount } from '../state.ts'
import { FirstMessage } from './first-message.tsx'

const forGood = 'This cannot be undone.'

/** Whichever dialog is open. */
export function Dialogs() {
  switch (dialog.value) {
    case 'shortcuts':
      return <Shortcuts />
    case 'first-message':
      return (
        <Dialog title="Send a message here" onClose={close}>
          <FirstMessage />
        </Dialog>
      )
    case 'delete-open':
      return <DeleteOpen />
    case 'delete-selected':
      return <DeleteMany amount={selectedCount.value} onConfirm={() => void deleteSelected()} />
    case 'delete-all':
      return <DeleteMany amount={stored.value ?? 0} all onConfirm={() => void deleteAll()} />
    default:
      return <></>
  }
}

function close(): void {
  dialog.value = null
}

function DeleteOpen() {
  const key = route.value.message ?? cursor.value
  if (key === null) return <></>
  const subject = rowOf(key)?.subject ?? ''
  return (
    <Confirm
      title="Delete this message?"
      text={`${subject === '' ? 'The message without a subject' : `“${spelled(subject)}”`} is deleted. ${forGood}`}
      action="Delete 1 message"
      onConfirm={() => void deleteMessage(key)}
      onClose={close}
    />
  )
}

function DeleteMany({ amount, all = false, onConfirm }: { amount: number; all?: boolean; onConfirm: () => void }) {
  const many = count(amount, 'message')
  return (
    <Confirm
      title={all ? 'Delete all messages?' : 'Delete the selected messages?'}
      text={`${many} will be deleted${all ? ', whatever the search shows' : ''}. ${forGood}`}
      action={`Delete ${many}`}
      onConfirm={onConfirm}
      onClose={close}
    />
  )
}

function Shortcuts() {
  return (
    <Dialog title="Keyboard" onClose={close}>
      <dl class="shortcuts">
        {shortcuts.map(({ keys, text }) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{keyName(key)}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Shift</kbd> <kbd>click</kbd>
          </dt>
          <dd>Select a range</dd>
        </div>
      </dl>
    </Dialog>
  )
}

function keyName(key: string): string {
  if (key.startsWith('Arrow')) return key === 'ArrowDown' ? '↓' : '↑'
  if (key === 'Escape') return 'Esc'
  return /^[A-Z]$/.test(key) ? `Shift ${key}` : key
}
