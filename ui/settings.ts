import { effect, signal } from '@preact/signals'
import type { WireChange } from '../src/http/wire-types.ts'
import { openMessage } from './actions.ts'
import { unread } from './listing.ts'
import { notify } from './state.ts'

export type Theme = 'auto' | 'light' | 'dark'

/** Look of the page; `auto` follows the system. Kept by the browser. */
export const theme = signal<Theme>(readTheme())
/** Whether arrivals are announced by the desktop while the page is in the background. Kept by the browser. */
export const notifications = signal(localStorage.getItem('notifications') === 'on' && permission() === 'granted')

/** Sets the look from now on. */
export function setTheme(next: Theme): void {
  theme.value = next
  localStorage.setItem('theme', next)
}

/** Keeps page, title and favicon in step with the settings and the unread count. */
export function applySettings(): void {
  effect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme.value
  })
  effect(() => {
    const waiting = unread.value ?? 0
    document.title = waiting > 0 ? `(${waiting}) Stuntmail` : 'Stuntmail'
    setIcon(waiting > 0)
  })
}

/** Switches desktop notifications; the browser asks for leave the first time. */
export async function toggleNotifications(): Promise<void> {
  const granted =
    !notifications.value && permission() !== 'unsupported' && (await Notification.requestPermission()) === 'granted'
  if (!notifications.value && !granted) notify('The browser does not allow notifications here', 'failed')
  notifications.value = granted
  localStorage.setItem('notifications', granted ? 'on' : 'off')
}

/** Announces arrivals, a burst of them as one. */
export function announce(changes: readonly WireChange[]): void {
  if (!notifications.value || !document.hidden) return
  const arrived = changes.filter((change) => change.kind === 'arrived')
  const [first] = arrived
  if (first === undefined) return
  const { subject, from, key } = first.summary
  const title = arrived.length > 1 ? `${arrived.length} messages` : subject || '(no subject)'
  const shown = new Notification(title, { body: from.name || from.address, tag: 'stuntmail' })
  shown.onclick = () => {
    window.focus()
    openMessage(key)
  }
}

function readTheme(): Theme {
  const kept = localStorage.getItem('theme')
  return kept === 'light' || kept === 'dark' ? kept : 'auto'
}

function permission(): NotificationPermission | 'unsupported' {
  return 'Notification' in window ? Notification.permission : 'unsupported'
}

function setIcon(dot: boolean): void {
  const mark =
    `<circle cx='16' cy='16' r='15' fill='#ffb020'/><path d='M16 1a15 15 0 0 1 15 15H16zM16 31A15 15 0 0 1 1 16h15z' fill='#1b1a17'/>` +
    (dot ? `<circle cx='25' cy='7' r='7' fill='#e5484d' stroke='#fff' stroke-width='1.5'/>` : '')
  const svg = `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>${mark}</svg>`
  document.querySelector('link[rel=icon]')?.setAttribute('href', `data:image/svg+xml,${encodeURIComponent(svg)}`)
}
