import { isHeavy } from './heavy.ts'
import { dataUrl, inlined, type DrawnDocument } from './inlined-pictures.ts'

/** A document as pixels. */
export interface Drawing {
  readonly pixels: ImageData
  /** CSS pixels that the document wants to be high; more than `pixels` has where it was cut. */
  readonly height: number
  /** Pictures that are not in it: from elsewhere, or not to be had. */
  readonly leftOut: number
}

/** A blank document that scripts never run in, to lay others out. */
export interface DrawingFrame {
  readonly inside: Document
  readonly window: Window & typeof globalThis
  close(): void
}

/** CSS pixels, of every drawing. */
const drawingWidth = 640
/** CSS pixels: 4 megapixels with the width. */
const highestDrawing = 6_250
/** Whatever takes part in time would be caught at another moment each time. */
const still = '* { animation: none !important; transition: none !important; caret-color: transparent !important }'
/** Characters that XML has no place for, however they are written. XML 1.0 §2.2 */
const notXml = /[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

/**
 * Opens a frame that nobody sees, sandboxed and under the same policy as the frames that show messages.
 * @throws Error where the server does not answer
 */
export async function openDrawingFrame(signal: AbortSignal): Promise<DrawingFrame> {
  const frame = document.createElement('iframe')
  Object.assign(frame, { className: 'drawing-frame', title: 'Drawing', tabIndex: -1, inert: true })
  frame.setAttribute('aria-hidden', 'true')
  frame.setAttribute('sandbox', 'allow-same-origin')
  // A scroll bar would take from the width.
  frame.setAttribute('scrolling', 'no')
  frame.src = 'frame/template'
  try {
    const loaded = fired(frame, ['load'], signal)
    document.body.append(frame)
    await loaded
    const { contentDocument: inside } = frame
    const window = inside?.defaultView
    if (inside === null || window === null || window === undefined) throw new Error('the server does not answer')
    return { inside, window, close: () => frame.remove() }
  } catch (error) {
    frame.remove()
    throw error
  }
}

/**
 * Draws a document, sanitised, with its own pictures and nothing else that would have to be fetched. It is drawn as a
 * picture, so no script could run in it, whatever was let through.
 * @throws Error that says why it cannot be drawn
 */
export async function draw(frame: DrawingFrame, drawn: DrawnDocument, signal: AbortSignal): Promise<Drawing> {
  if (isHeavy(drawn.html)) throw new Error('the HTML is too large')
  const { root, leftOut } = await inlined(drawn, frame.window, signal)
  lighten(root)
  const { inside } = frame
  inside.replaceChild(inside.adoptNode(root), inside.documentElement)
  await picturesLoaded(inside, signal)
  const height = inside.documentElement.scrollHeight
  const shown = Math.min(height, highestDrawing)
  const background = canvasColour(frame)
  const source = await dataUrl(new Blob([asSvg(inside.documentElement, shown)], { type: 'image/svg+xml' }))
  const picture = new Image(drawingWidth, shown)
  const ended = fired(picture, ['load', 'error'], signal)
  picture.src = source
  await ended
  if (picture.naturalWidth === 0) throw new Error('this browser cannot draw it')
  return { pixels: pixelsOf(picture, background), height, leftOut }
}

/** As on a machine with a light scheme, whatever this one has, so that all see the same difference. */
function lighten(root: HTMLElement): void {
  root.style.setProperty('color-scheme', 'light', 'important')
  for (const style of root.querySelectorAll('style')) style.textContent = inLight(style.textContent)
  for (const element of root.querySelectorAll('[media]')) {
    element.setAttribute('media', inLight(element.getAttribute('media') ?? ''))
  }
}

function inLight(css: string): string {
  return css
    .replace(/\(\s*prefers-color-scheme\s*:\s*dark\s*\)/gi, '(max-width: 0px)')
    .replace(/\(\s*prefers-color-scheme\s*:\s*light\s*\)/gi, '(min-width: 0px)')
}

async function picturesLoaded(inside: Document, signal: AbortSignal): Promise<void> {
  const waiting = [...inside.images].filter(({ complete }) => !complete)
  await Promise.all(waiting.map((image) => fired(image, ['load', 'error'], signal)))
}

/** What a page is painted on: of the root, or else of the body. CSS Backgrounds 3 §2.11.2 */
function canvasColour({ inside, window }: DrawingFrame): string {
  const colours = [inside.documentElement, inside.body].map(
    (element) => window.getComputedStyle(element).backgroundColor,
  )
  return colours.find((colour) => colour !== 'rgba(0, 0, 0, 0)') ?? '#fff'
}

function asSvg(root: Element, height: number): string {
  for (const element of [root, ...root.querySelectorAll('*')]) withoutPrefixes(element)
  const content = new XMLSerializer().serializeToString(root).replace(notXml, '')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${drawingWidth}" height="${height}">
<style>${still}</style><foreignObject width="100%" height="100%">${content}</foreignObject></svg>`
}

/** HTML takes `xmlns` and prefixes as plain names; written as XML they would mean something, or be a mistake. */
function withoutPrefixes(element: Element): void {
  for (const { name, namespaceURI } of [...element.attributes]) {
    if (namespaceURI === null && (name === 'xmlns' || name.includes(':'))) element.removeAttribute(name)
  }
}

function pixelsOf(picture: HTMLImageElement, background: string): ImageData {
  const { width, height } = picture
  const context = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d', {
    willReadFrequently: true,
  })
  if (context === null) throw new Error('this browser has no canvas')
  for (const colour of ['#fff', background]) {
    context.fillStyle = colour
    context.fillRect(0, 0, width, height)
  }
  context.drawImage(picture, 0, 0, width, height)
  try {
    return context.getImageData(0, 0, width, height)
  } catch {
    throw new Error('this browser does not let drawings of HTML be read')
  }
}

/** The first of these events. @throws the signal's reason */
function fired(target: EventTarget, names: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    for (const name of names) target.addEventListener(name, () => resolve(), { once: true, signal })
    signal.addEventListener('abort', () => reject(asError(signal.reason)), { once: true })
  })
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
