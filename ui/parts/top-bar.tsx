import type { TargetedMouseEvent } from 'preact'
import { connection, templatesRevision } from '../connection.ts'
import { go, home, route, routeUrl, type View } from '../route.ts'
import { setTheme, theme, type Theme } from '../settings.ts'
import { dialog } from '../state.ts'
import { Icon, Mark } from './icon.tsx'
import { SearchBox } from './search-box.tsx'

const places: readonly { readonly view: View; readonly label: string; readonly icon: string }[] = [
  { view: 'templates', label: 'Templates', icon: 'layout-template' },
  { view: 'sessions', label: 'Sessions', icon: 'terminal' },
  { view: 'api', label: 'API', icon: 'book-open' },
  { view: 'about', label: 'Status', icon: 'server' },
]

const themes: Record<Theme, { readonly next: Theme; readonly icon: string; readonly label: string }> = {
  auto: { next: 'light', icon: 'sun-moon', label: 'as the system' },
  light: { next: 'dark', icon: 'sun', label: 'light' },
  dark: { next: 'auto', icon: 'moon', label: 'dark' },
}

/** Name, search and the other places. */
export function TopBar() {
  const { view: current } = route.value
  const shown = templatesRevision.value === null ? places.filter(({ view }) => view !== 'templates') : places
  return (
    <header class="top-bar">
      <a class="brand" href={routeUrl(home)} onClick={(event) => follow(event, () => go(home))}>
        <Mark />
        <span class="brand-name">Stuntmail</span>
        <span class={`pulse ${connection.value}`} title={`Connection: ${connection.value}`} />
      </a>
      <SearchBox />
      <nav class="places" aria-label="Places">
        {shown.map(({ view, label, icon }) => (
          <a
            key={view}
            class="place"
            href={routeUrl({ ...home, view })}
            aria-current={current === view || (current === 'template' && view === 'templates') ? 'page' : undefined}
            onClick={(event) => follow(event, () => go({ view, session: null }))}
          >
            <Icon name={icon} />
            <span class="place-label">{label}</span>
          </a>
        ))}
        <ThemeSwitch />
        <button
          type="button"
          class="icon-button wide-only"
          title="Keyboard shortcuts (?)"
          aria-label="Keyboard shortcuts"
          onClick={() => (dialog.value = 'shortcuts')}
        >
          <Icon name="keyboard" />
        </button>
      </nav>
    </header>
  )
}

function ThemeSwitch() {
  const { next, icon, label } = themes[theme.value]
  const text = `Look: ${label}. Change to ${themes[next].label}`
  return (
    <button type="button" class="icon-button" title={text} aria-label={text} onClick={() => setTheme(next)}>
      <Icon name={icon} />
    </button>
  )
}

/** Lets the browser have clicks that ask for a new tab. */
export function follow(event: TargetedMouseEvent<HTMLAnchorElement>, act: () => void): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
  event.preventDefault()
  act()
}
