import { computed, signal } from '@preact/signals'
import { listing, stored, type Row } from './listing.ts'
import { route } from './route.ts'

/** Key of the row that the keyboard is on; null before it was used. */
export const cursor = signal<string | null>(null)

/** Ticked messages. `matching`: all that match the search, loaded or not. */
interface Selection {
  readonly keys: ReadonlySet<string>
  readonly matching: boolean
}

const nothing: Selection = { keys: new Set(), matching: false }
export const selection = signal<Selection>(nothing)
/** Where a shift-click's range begins. */
let anchor: string | null = null

/** How many messages the selection is. */
export const selectedCount = computed(() => {
  const { keys, matching } = selection.value
  return matching ? listing.value.total : keys.size
})

/** Which dialog is open. */
type DialogName = 'shortcuts' | 'delete-selected' | 'delete-open' | 'delete-all' | 'first-message'
export const dialog = signal<DialogName | null>(null)

/** Short news at the foot of the page, read out by screen readers. */
interface Notice {
  readonly id: number
  readonly text: string
  readonly kind: 'done' | 'failed'
}
export const notices = signal<readonly Notice[]>([])
let nextNotice = 1

/** Nothing has ever been caught, and nobody searches: the page tells how to send the first message. */
export const empty = computed(
  () => listing.value.status === 'ready' && stored.value === 0 && listing.value.total === 0 && route.value.query === '',
)

/** Shows a notice for a while. */
export function notify(text: string, kind: Notice['kind'] = 'done'): void {
  const notice = { id: nextNotice++, text, kind }
  notices.value = [...notices.value, notice].slice(-3)
  setTimeout(() => dismiss(notice.id), kind === 'failed' ? 8000 : 4000)
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id)
}

export function clearSelection(): void {
  selection.value = nothing
}

/** Ticks or unticks one message. @param range everything from the last one ticked to this one, too */
export function toggleSelected(key: string, range = false): void {
  const keys = new Set(selection.value.matching ? listing.value.rows.map((row) => row.key) : selection.value.keys)
  const on = !keys.has(key)
  const between = range && anchor !== null ? rowsBetween(anchor, key) : []
  if (on) keys.add(key)
  else keys.delete(key)
  for (const row of between) keys.add(row.key)
  anchor = key
  selection.value = { keys, matching: false }
}

export function selectMatching(): void {
  selection.value = { keys: new Set(), matching: true }
}

export function isSelected(key: string): boolean {
  const { keys, matching } = selection.value
  return matching || keys.has(key)
}

function rowsBetween(from: string, to: string): readonly Row[] {
  const [low, high] = from < to ? [from, to] : [to, from]
  return listing.value.rows.filter(({ key }) => key >= low && key <= high)
}
