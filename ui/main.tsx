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

// The list comes first, then the connection. What is likely to be opened next comes when somebody is there to open it.
void first.then(async () => {
  const { startLive } = await import('./live.ts')
  startLive(announce)
})
for (const sign of ['pointermove', 'pointerdown', 'keydown'])
  document.addEventListener(sign, preloadViews, { once: true, passive: true, capture: true })
