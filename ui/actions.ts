import { ApiProblem, deleteMessages, patchMessages, type MessagePatch, type Target } from './api.ts'
import { indexOf, listing, patchRows, rowOf } from './listing.ts'
import { go, route } from './route.ts'
import { clearSelection, cursor, notify, selectedCount, selection } from './state.ts'
import { count } from './format.ts'

/** Opens a message; from then on it is read. */
export function openMessage(key: string): void {
  cursor.value = key
  go({ view: 'messages', message: key })
}

/** Marks a message read because somebody looks at it. */
export function markSeen(key: string): void {
  if (rowOf(key)?.seen !== true) void change({ keys: [key] }, { seen: true })
}

/** What an action without a named message is about: the ticked ones, else the open one, else the one the cursor is on. */
export function currentTarget(): Target | undefined {
  const { keys, matching } = selection.value
  if (matching) return { query: listing.value.query }
  if (keys.size > 0) return { keys: [...keys] }
  const key = route.value.message ?? cursor.value
  return key === null ? undefined : { keys: [key] }
}

/** Changes flags, on the screen at once. */
export async function change(target: Target, patch: MessagePatch): Promise<void> {
  const keys = 'keys' in target ? target.keys : listing.value.rows.map(({ key }) => key)
  patchRows(keys, patch)
  await attempt(() => patchMessages(target, patch))
}

/** Turns the flag over; of several messages all get what the first has not. */
export function toggleFlag(target: Target): void {
  const key = 'keys' in target ? target.keys[0] : listing.value.rows[0]?.key
  if (key !== undefined) void change(target, { flagged: rowOf(key)?.flagged !== true })
}

/** Deletes the ticked messages for good. */
export async function deleteSelected(): Promise<void> {
  const total = selectedCount.value
  const { keys, matching } = selection.value
  const target: Target = matching ? { query: listing.value.query } : { keys: [...keys] }
  clearSelection()
  const open = route.value.message
  if (open !== null && (matching || keys.has(open))) go({ message: null, tab: null })
  if (await attempt(() => deleteMessages(target))) notify(`${count(total, 'message')} deleted`)
}

/** Deletes one message for good; where it was open, the next one opens. */
export async function deleteMessage(key: string): Promise<void> {
  const { rows } = listing.value
  const index = indexOf(key)
  const next = index < 0 ? undefined : (rows[index + 1] ?? rows[index - 1])
  if (!(await attempt(() => deleteMessages({ keys: [key] })))) return
  if (cursor.value === key) cursor.value = next?.key ?? null
  if (route.value.message === key) go({ message: next?.key ?? null, tab: null }, true)
  notify('Message deleted')
}

/** Deletes every message there is, for good. */
export async function deleteAll(): Promise<void> {
  clearSelection()
  go({ message: null, tab: null })
  if (await attempt(() => deleteMessages({ query: '' }))) notify('All messages deleted')
}

/** Puts text on the clipboard. @param what told to the user, `Address` */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    notify(`${what} copied`)
  } catch {
    notify('The browser does not allow copying here', 'failed')
  }
}

async function attempt(act: () => Promise<void>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    notify(error instanceof ApiProblem ? error.message : String(error), 'failed')
    return false
  }
}
