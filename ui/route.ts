import { signal } from '@preact/signals'

/** Where one is. All of it is in the URL's query, so that one page serves every place and a reload comes back to it. */
interface Route {
  readonly view: View
  /** Key of the open message. */
  readonly message: string | null
  readonly tab: Tab | null
  /** The search, in the query language; empty shows everything. */
  readonly query: string
  /** An open session, in the sessions view. */
  readonly session: string | null
}

export type View = 'messages' | 'sessions' | 'api' | 'about'
export type Tab = 'html' | 'text' | 'source' | 'headers' | 'parts' | 'conversation'

const views: readonly View[] = ['messages', 'sessions', 'api', 'about']
const tabs: readonly Tab[] = ['html', 'text', 'source', 'headers', 'parts', 'conversation']

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
  if (to.message !== null) parameters.set('message', to.message)
  if (to.tab !== null) parameters.set('tab', to.tab)
  if (to.session !== null) parameters.set('session', to.session)
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
  }
}
