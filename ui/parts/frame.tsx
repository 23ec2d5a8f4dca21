import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { cut } from '../format.ts'
import { listenForKeys } from '../keyboard.ts'
import { fit, watchHeight } from './frame-height.ts'
import { watchLinks } from './frame-links.ts'
import type { OwnPictures, Remote } from '../sanitise/sanitise.ts'

/** What was found in the HTML that is shown. */
export interface FrameReport {
  readonly remote: readonly Remote[]
  readonly missing: readonly string[]
}

/** How a reader looks at it. `inverted`: as clients do that turn colours over where a message has no dark ones. */
export type Scheme = 'light' | 'dark' | 'inverted'

interface FrameProperties {
  /** For screen readers. */
  readonly title: string
  /** Of the blank document with the policy, relative to the page: `frame/…`. */
  readonly address: string
  readonly html: string
  /** The same one while nothing of it changes. */
  readonly own: OwnPictures
  /** CSS pixels; null for all there is. */
  readonly width: number | null
  readonly scheme: Scheme
  /** Lets pictures from elsewhere through. */
  readonly remote: boolean
  /** Whether it grows with its content, or fills what it stands in and scrolls by itself. */
  readonly grows: boolean
  /** To be looked at only: no keys, no links, no focus. */
  readonly inert?: boolean
  readonly onReport: (report: FrameReport) => void
  /** Told of the link one is about to follow, instead of showing it here. */
  readonly onLink?: (url: string | null) => void
}

/**
 * HTML in a frame in which no script can ever run: sandboxed without `allow-scripts`, under its own
 * Content-Security-Policy, and filled with a sanitised document. Other HTML later changes only what is different in it.
 */
export function Frame(properties: FrameProperties) {
  const { title, address, width, scheme, remote, grows, inert = false, onLink } = properties
  const frame = useRef<HTMLIFrameElement>(null)
  const [link, setLink] = useState<string | null>(null)
  const [ready, setReady] = useState<Document | null>(null)
  useEffect(() => {
    if (ready === null || inert) return
    const leave = [listenForKeys(ready), watchLinks(ready, onLink ?? setLink)]
    if (grows) leave.push(watchHeight(frame.current, ready))
    return () => leave.forEach((stop) => stop())
  }, [ready])
  useContent(ready, properties, () => grows && fit(frame.current))
  useEffect(() => invert(ready, scheme === 'inverted'), [ready, scheme])
  useLayoutEffect(() => {
    if (grows) fit(frame.current)
  }, [width])
  return (
    <div class={`frame-holder ${grows ? '' : 'filled'}`}>
      <iframe
        ref={frame}
        key={`${address}${remote ? '?remote=1' : ''}`}
        title={title}
        class="frame"
        tabIndex={inert ? -1 : undefined}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        referrerpolicy="no-referrer"
        src={`${address}${remote ? '?remote=1' : ''}`}
        style={{ width: width === null ? '100%' : `${width}px`, colorScheme: scheme === 'dark' ? 'dark' : 'light' }}
        onLoad={(event) => setReady(event.currentTarget.contentDocument)}
      />
      {link !== null && <LinkPreview url={link} />}
    </div>
  )
}

/** Where a link leads, before it is followed. */
export function LinkPreview({ url }: { url: string }) {
  return (
    <p class="link-preview" role="status">
      {cut(url, 500)}
    </p>
  )
}

/** Keeps the document what the HTML says. @param onShown called each time it is */
function useContent(inside: Document | null, properties: FrameProperties, onShown: () => void): void {
  const { html, own, remote, grows, inert = false, onReport } = properties
  const filled = useRef<Document | null>(null)
  useEffect(() => {
    const window = inside?.defaultView
    if (inside === null || window === null || window === undefined) return
    let current = true
    const isFirst = filled.current !== inside
    const cleaning = import('../sanitise/sanitise.ts').then(({ sanitise }) => sanitise)
    const changing = isFirst ? Promise.resolve(undefined) : import('./morph.ts').then(({ morph }) => morph)
    void Promise.all([cleaning, changing]).then(([sanitise, morph]) => {
      if (!current) return
      const { root, remote: found, missing } = sanitise(html, { window, own, remote })
      if (morph === undefined) inside.replaceChild(inside.adoptNode(root), inside.documentElement)
      else morph(inside, root)
      filled.current = inside
      onShown()
      onReport({ remote: found, missing })
      // The first save is to be as fast as the second one.
      if (!grows && !inert) void import('./morph.ts').catch(() => undefined)
    })
    return () => {
      current = false
    }
  }, [inside, html, own])
}

/** Turns all colours over, and pictures back again. */
function invert(inside: Document | null, on: boolean): void {
  const window = inside?.defaultView
  if (inside === null || window === null || window === undefined) return
  const sheet = new window.CSSStyleSheet()
  sheet.replaceSync(`html { background: #fff; filter: invert(0.93) hue-rotate(180deg) }
    img, svg image, [background], [style*='background-image'] { filter: invert(1) hue-rotate(180deg) }`)
  inside.adoptedStyleSheets = on ? [sheet] : []
}
