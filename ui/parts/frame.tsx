import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { listenForKeys } from '../keyboard.ts'
import type { Remote } from './sanitise.ts'

/** What was found in the HTML that is shown. */
export interface FrameReport {
  readonly remote: readonly Remote[]
  readonly missing: readonly string[]
}

interface FrameProperties {
  readonly messageKey: string
  readonly html: string
  readonly pictures: ReadonlyMap<string, string>
  readonly parts: ReadonlySet<string>
  /** CSS pixels; null for all there is. */
  readonly width: number | null
  readonly scheme: 'light' | 'dark'
  readonly remote: boolean
  readonly onReport: (report: FrameReport) => void
}

/** The frame grows with its content up to here, and scrolls from there on. HTML-4. */
const highest = 20_000
/** What a document is laid out in to see how high it wants to be, so that `100vh` does not make it grow for ever. */
const measuringHeight = 320

/**
 * The message in a frame in which no script can ever run: sandboxed without `allow-scripts`, under its own
 * Content-Security-Policy, and filled with a sanitised document.
 */
export function Frame({ messageKey, html, pictures, parts, width, scheme, remote, onReport }: FrameProperties) {
  const frame = useRef<HTMLIFrameElement>(null)
  const [link, setLink] = useState<string | null>(null)
  const [ready, setReady] = useState<Document | null>(null)
  const address = `frame/${encodeURIComponent(messageKey)}${remote ? '?remote=1' : ''}`
  useEffect(() => {
    const inside = ready
    const window = inside?.defaultView
    if (inside === null || window === null || window === undefined) return
    let current = true
    const leave: (() => void)[] = [listenForKeys(inside), watchLinks(inside, setLink)]
    void import('./sanitise.ts').then(({ sanitise }) => {
      if (!current) return
      const { root, remote: found, missing } = sanitise(html, { window, pictures, parts, remote })
      inside.replaceChild(inside.adoptNode(root), inside.documentElement)
      onReport({ remote: found, missing })
      leave.push(watchHeight(frame.current, inside))
    })
    return () => {
      current = false
      for (const stop of leave) stop()
    }
  }, [ready, html])
  useLayoutEffect(() => fit(frame.current), [width])
  return (
    <div class="frame-holder">
      <iframe
        ref={frame}
        key={address}
        title="HTML of the message"
        class="frame"
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        referrerpolicy="no-referrer"
        src={address}
        style={{ width: width === null ? '100%' : `${width}px`, colorScheme: scheme }}
        onLoad={(event) => setReady(event.currentTarget.contentDocument)}
      />
      {link !== null && (
        <p class="link-preview" role="status">
          {link}
        </p>
      )}
    </div>
  )
}

/** Shows where a link leads before it is followed. A touch has no hover: there the first tap shows, the second follows. HTML-6. */
function watchLinks(inside: Document, show: (url: string | null) => void): () => void {
  let shown: string | null = null
  let byTouch = false
  function look(event: Event): void {
    const url = linkAt(event.target)
    shown = url
    show(url)
  }
  function press(event: PointerEvent): void {
    byTouch = event.pointerType === 'touch'
    if (byTouch && linkAt(event.target) !== shown) shown = null
  }
  function click(event: Event): void {
    const url = linkAt(event.target)
    if (url === null || !byTouch || shown === url) return
    event.preventDefault()
    look(event)
  }
  const listeners = [
    ['mouseover', look],
    ['focusin', look],
    ['click', click],
  ] as const
  for (const [type, listener] of listeners) inside.addEventListener(type, listener)
  inside.addEventListener('pointerdown', press)
  return () => {
    for (const [type, listener] of listeners) inside.removeEventListener(type, listener)
    inside.removeEventListener('pointerdown', press)
  }
}

function linkAt(target: EventTarget | null): string | null {
  // Of another realm: `instanceof` does not know it.
  const link = (target as Partial<Element> | null)?.closest?.('a[href], area[href]')
  const href = link?.getAttribute('href') ?? link?.getAttribute('xlink:href') ?? null
  return href === null || href.startsWith('#') ? null : href
}

/** Fits the frame to its content now and whenever a picture arrives or the width changes. */
function watchHeight(frame: HTMLIFrameElement | null, inside: Document): () => void {
  if (frame === null) return () => undefined
  let width = 0
  const observer = new ResizeObserver(() => {
    if (frame.clientWidth === width) return
    width = frame.clientWidth
    fit(frame)
  })
  const onLoad = (): void => fit(frame)
  observer.observe(frame)
  inside.addEventListener('load', onLoad, true)
  fit(frame)
  return () => {
    observer.disconnect()
    inside.removeEventListener('load', onLoad, true)
  }
}

function fit(frame: HTMLIFrameElement | null): void {
  const root = frame?.contentDocument?.documentElement ?? null
  if (frame === null || root === null) return
  const scroller = document.getElementById('message-scroller')
  const top = scroller?.scrollTop ?? 0
  frame.style.height = `${measuringHeight}px`
  const height = Math.min(highest, Math.max(measuringHeight, root.scrollHeight))
  frame.style.height = `${height}px`
  if (scroller !== null) scroller.scrollTop = top
}
