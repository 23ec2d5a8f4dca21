import { effect } from '@preact/signals'
import { render } from 'preact'
import { listenForKeys } from './keyboard.ts'
import { search } from './listing.ts'
import { route } from './route.ts'
import { announce, applySettings } from './settings.ts'
import { clearSelection } from './state.ts'
import { preloadViews, Shell } from './views/shell.tsx'

const first = search(route.value.query)
applySettings()
listenForKeys(document)
const app = document.getElementById('app')
if (app !== null) render(<Shell />, app)

let shown = route.value.query
effect(() => {
  const { query } = route.value
  if (query === shown) return
  shown = query
  clearSelection()
  void search(query)
})

// The list comes first; the connection and what is likely to be opened next come when it stands.
void first.then(async () => {
  const { startLive } = await import('./live.ts')
  startLive(announce)
  if ('requestIdleCallback' in window) requestIdleCallback(() => preloadViews())
  else setTimeout(() => preloadViews(), 500)
})
