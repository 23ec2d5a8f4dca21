import { change, currentTarget, openMessage, toggleFlag } from './actions.ts'
import { indexOf, listing } from './listing.ts'
import { go, route } from './route.ts'
import { clearSelection, cursor, dialog, selectedCount, toggleSelected } from './state.ts'

/** One key, or two one after the other. */
interface Shortcut {
  /** As `KeyboardEvent.key` has them, with a space between two. */
  readonly keys: readonly string[]
  readonly text: string
  readonly run: () => void
}

/** Every shortcut, as the help shows them. */
export const shortcuts: readonly Shortcut[] = [
  { keys: ['j', 'ArrowDown'], text: 'Next message', run: () => move(1) },
  { keys: ['k', 'ArrowUp'], text: 'Previous message', run: () => move(-1) },
  { keys: ['o', 'Enter'], text: 'Open the message', run: openAtCursor },
  { keys: ['u'], text: 'Back to the list', run: backToList },
  { keys: ['/'], text: 'Search', run: focusSearch },
  { keys: ['x'], text: 'Select the message', run: () => withCursor((key) => toggleSelected(key)) },
  { keys: ['s'], text: 'Flag, or take the flag away', run: flag },
  { keys: ['U'], text: 'Mark as unread', run: () => mark(false) },
  { keys: ['I'], text: 'Mark as read', run: () => mark(true) },
  { keys: ['#', 'Delete'], text: 'Delete', run: askToDelete },
  {
    keys: ['g i'],
    text: 'Go to all messages',
    run: () => go({ view: 'messages', message: null, tab: null, query: '' }),
  },
  { keys: ['g s'], text: 'Go to sessions', run: () => go({ view: 'sessions' }) },
  { keys: ['g t'], text: 'Go to templates', run: () => go({ view: 'templates', tab: null }) },
  { keys: ['?'], text: 'This help', run: openHelp },
  { keys: ['Escape'], text: 'Clear the selection, then back to the list', run: escape },
]

const byKey = new Map(shortcuts.flatMap((shortcut) => shortcut.keys.map((key) => [key, shortcut] as const)))
/** Keys that begin a pair. */
const leaders = new Set(
  [...byKey.keys()].filter((key) => key.includes(' ')).map((key) => key.slice(0, key.indexOf(' '))),
)
let leader: string | null = null
/** They lead from a template to all of them, too. */
const backKeys: readonly string[] = ['u', 'Escape']

/** Listens on a document: the page's own, and the one in a message's frame. @returns the way out */
export function listenForKeys(document: Document): () => void {
  document.addEventListener('keydown', onKey)
  return () => document.removeEventListener('keydown', onKey)
}

/** Moves the focus to a row, once it is rendered. */
function focusRow(key: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus())
}

function onKey(event: KeyboardEvent): void {
  if (isModified(event) || event.defaultPrevented || dialog.value !== null || ownsKey(event)) return
  const key = leader === null ? event.key : `${leader} ${event.key}`
  leader = leader === null && leaders.has(event.key) ? event.key : null
  const shortcut = byKey.get(key)
  if (shortcut === undefined || !isKeyHere(key)) return
  event.preventDefault()
  shortcut.run()
}

/** Whether a key means something in what is shown. */
function isKeyHere(key: string): boolean {
  const { view } = route.value
  if (view === 'template' && backKeys.includes(key)) return true
  return view === 'messages' || !isListKey(key)
}

/** With a key held that makes it the browser's or the system's. Shift only makes another character. */
function isModified({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey
}

/** Where the focus is on something that has a use for the key itself. */
function ownsKey(event: KeyboardEvent): boolean {
  // From a message's frame it is of another realm, where `instanceof` fails.
  const target = event.target as Element | null
  if (typeof target?.matches !== 'function') return false
  if (target.matches('input:not([type=checkbox]), textarea, select, [contenteditable]')) return true
  if (event.key.startsWith('Arrow'))
    return target.closest('[data-key], body > :focus') === null && target !== document.body
  return event.key === 'Enter' && target.matches('a, button, summary, input, [role=tab]')
}

function isListKey(key: string): boolean {
  return !key.includes(' ') && key !== '?' && key !== '/'
}

function move(by: number): void {
  const { rows } = listing.value
  const from = cursor.value ?? route.value.message
  const at = from === null ? -1 : indexOf(from)
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))]
  if (next === undefined) return
  cursor.value = next.key
  if (route.value.message !== null) go({ message: next.key }, true)
  focusRow(next.key)
}

function withCursor(act: (key: string) => void): void {
  const key = cursor.value ?? route.value.message
  if (key !== null) act(key)
}

function openAtCursor(): void {
  const key = cursor.value ?? listing.value.rows[0]?.key
  if (key === undefined) return
  openMessage(key)
  requestAnimationFrame(() => document.querySelector<HTMLElement>('#message-title')?.focus())
}

function backToList(): void {
  const { message, view } = route.value
  if (view === 'template') {
    go({ view: 'templates', tab: null })
    return
  }
  go({ message: null, tab: null })
  if (message !== null) focusRow(message)
}

function focusSearch(): void {
  go({ view: 'messages' })
  const input = document.querySelector<HTMLInputElement>('#search')
  input?.focus()
  input?.select()
}

function flag(): void {
  const target = currentTarget()
  if (target !== undefined) toggleFlag(target)
}

function mark(seen: boolean): void {
  const target = currentTarget()
  if (target === undefined) return
  if (!seen && route.value.message !== null) backToList()
  void change(target, { seen })
}

function askToDelete(): void {
  if (selectedCount.value > 0) dialog.value = 'delete-selected'
  else if (currentTarget() !== undefined) dialog.value = 'delete-open'
}

function openHelp(): void {
  dialog.value = 'shortcuts'
}

function escape(): void {
  if (selectedCount.value > 0) clearSelection()
  else backToList()
}
