import { signal } from '@preact/signals'

/** Where one is. All of it is in the URL's query, so that one page serves every place and a reload comes back to it. */
export interface Route {
  readonly view: View
  /** Key of the open message. */
  readonly message: string | null
  readonly tab: Tab | null
  /** The search, in the query language; empty shows everything. */
  readonly query: string
  /** An open session, in the sessions view. */
  readonly session: string | null
  /** Name of the open template. */
  readonly template: string | null
  /** Of the template; null for the first one. */
  readonly fixture: string | null
  readonly locale: string | null
}

const views = ['messages', 'templates', 'template', 'sessions', 'api', 'about'] as const
/** Of a message, and of a template. */
const tabs = [
  'html',
  'text',
  'source',
  'headers',
  'parts',
  'conversation',
  'live',
  'before',
  'fixtures',
  'details',
] as const

export type View = (typeof views)[number]
export type Tab = (typeof tabs)[number]

/** The list of all messages. */
export const home: Route = {
  view: 'messages',
  message: null,
  tab: null,
  query: '',
  session: null,
  template: null,
  fixture: null,
  locale: null,
}
/** Route and URL have the same names for these. */
const names = ['message', 'tab', 'session'] as const
const templateNames = ['template', 'fixture', 'locale'] as const

/** The place shown. Changed by `go` and by the browser's own back and forward. */
export const route = signal<Route>(readRoute(location.search))

addEventListener('popstate', () => {
  route.value = readRoute(location.search)
})

/** Goes somewhere. What is not named stays. @param replace no new entry in the history. */
export function go(to: Partial<Route>, replace = false): void {
  const next = { ...route.value, ...to }
  const url = routeUrl(next)
  if (url === routeUrl(route.value)) return
  history[replace ? 'replaceState' : 'pushState'](null, '', url)
  route.value = next
}

/** The URL of a place, relative to the page. */
export function routeUrl(to: Route): string {
  const parameters = new URLSearchParams()
  if (to.view !== 'messages') parameters.set('view', to.view)
  if (to.query !== '') parameters.set('query', to.query)
  for (const name of [...names, ...(to.view === 'template' ? templateNames : [])]) {
    const value = to[name]
    if (value !== null) parameters.set(name, value)
  }
  const query = parameters.toString()
  return query === '' ? location.pathname : `?${query}`
}

function readRoute(search: string): Route {
  const parameters = new URLSearchParams(search)
  const view = parameters.get('view')
  const tab = parameters.get('tab')
  return {
    view: views.find((known) => known === view) ?? 'messages',
    message: parameters.get('message'),
    tab: tabs.find((known) => known === tab) ?? null,
    query: parameters.get('query') ?? '',
    session: parameters.get('session'),
    template: parameters.get('template'),
    fixture: parameters.get('fixture'),
    locale: parameters.get('locale'),
  }
}
