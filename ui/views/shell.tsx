import { Icon } from '../parts/icon.tsx'
import { lazy } from '../parts/lazy.tsx'
import { ReplayBar } from '../parts/replay-bar.tsx'
import { TopBar } from '../parts/top-bar.tsx'
import { Notices } from '../parts/notices.tsx'
import { route } from '../route.ts'
import { dialog, empty } from '../state.ts'
import { ListView } from './list.tsx'

const MessageView = lazy(() => import('./message.tsx').then((module) => module.MessageView))
const SessionsView = lazy(() => import('./sessions.tsx').then((module) => module.SessionsView))
const TemplatesView = lazy(() => import('./templates.tsx').then((module) => module.TemplatesView))
const TemplateView = lazy(() => import('./template.tsx').then((module) => module.TemplateView))
const ApiReference = lazy(() => import('./api-reference.tsx').then((module) => module.ApiReference))
const AboutView = lazy(() => import('./about.tsx').then((module) => module.AboutView))
const FirstMessage = lazy(() => import('./first-message.tsx').then((module) => module.FirstMessage))
const Dialogs = lazy(() => import('./dialogs.tsx').then((module) => module.Dialogs))

/** Brings the code of the views that are likely to be opened; a failure shows when one is. */
export function preloadViews(): void {
  for (const view of [MessageView, Dialogs, SessionsView]) view.preload().catch(() => undefined)
  void import('../sanitise/sanitise.ts').catch(() => undefined)
}

/** The page: bar on top, and the view below it. */
export function Shell() {
  const { view, message } = route.value
  return (
    <div class={`shell ${view === 'messages' && message !== null ? 'shows-message' : ''}`}>
      <TopBar />
      <ReplayBar />
      <main class="main">
        {/* On a phone the bar with the name goes away. */}
        <h1 class="hidden">Stuntmail</h1>
        {view === 'messages' && <Messages />}
        {view === 'templates' && <TemplatesView />}
        {view === 'template' && <TemplateView />}
        {view === 'sessions' && <SessionsView />}
        {view === 'api' && <ApiReference />}
        {view === 'about' && <AboutView />}
      </main>
      {dialog.value !== null && <Dialogs />}
      <Notices />
    </div>
  )
}

/** List and message side by side; on a phone one or the other. */
function Messages() {
  const { message } = route.value
  if (empty.value && message === null) return <FirstMessage />
  return (
    <div class="panes">
      <ListView />
      <section class="pane message-pane" aria-label="Message">
        {message === null ? <NothingOpen /> : <MessageView messageKey={message} />}
      </section>
    </div>
  )
}

function NothingOpen() {
  return (
    <div class="nothing-open">
      <p>No message open</p>
      <p class="quiet">
        <kbd>j</kbd> <kbd>k</kbd> to move, <kbd>o</kbd> to open, <kbd>?</kbd> for all keys
      </p>
      <p>
        <button type="button" class="button" onClick={() => (dialog.value = 'first-message')}>
          <Icon name="send" /> How to send a message here
        </button>
      </p>
    </div>
  )
}
