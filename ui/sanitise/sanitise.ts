// One of three layers that each keep a hostile message inert; the others are the frame's Content-Security-Policy and
// its sandbox. No layer relies on another: a vector that one lets through is a defect of that one.

import createPurifier, { type Config, type UponSanitizeAttributeHookEvent } from 'dompurify'
import { filterDeclarations, filterStyleSheet, filterValue, idPrefix, type CssUrlPolicy } from './css-filter.ts'
import { readLink, readPicture } from './url-policy.ts'

/** Something that the message wanted to fetch from elsewhere. */
export interface Remote {
  readonly url: string
  readonly host: string
  /** Where it stood: `img`, `background`, `css`. */
  readonly element: string
  /** Of one pixel: made to be counted, not to be seen. */
  readonly tiny: boolean
}

interface Sanitised {
  /** The `html` element, of the document whose window was given. */
  readonly root: HTMLElement
  /** What was kept back, or with `remote` let through; each address once. */
  readonly remote: readonly Remote[]
  /** Content-IDs that no part of the message has. */
  readonly missing: readonly string[]
}

/** Pictures that belong to what is shown, and so may be fetched. Addresses are of our server, absolute. */
export interface OwnPictures {
  /** @param id Content-ID without angle brackets, to be looked up exactly. HTML-11. */
  part(id: string): string | undefined
  /** @param reference as it stands in the HTML. @returns undefined for whatever is not its own. */
  file(reference: string): string | undefined
}

interface SanitiseOptions {
  /** The window of the frame, so that the markup is parsed under the frame's own policy. */
  readonly window: Window & typeof globalThis
  readonly own: OwnPictures
  /** Lets pictures from elsewhere through. */
  readonly remote: boolean
}

const config: Config = {
  WHOLE_DOCUMENT: true,
  RETURN_DOM: true,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: true,
  SANITIZE_NAMED_PROPS: true,
  USE_PROFILES: { html: true, svg: true },
  ADD_TAGS: ['meta'], // Looked at for its colour scheme, and then taken out.
  ADD_ATTR: ['content', 'target', 'bgcolor', 'background', 'link', 'vlink', 'alink', 'text'],
  FORBID_TAGS: [
    ...[
      'script',
      'base',
      'link',
      'iframe',
      'frame',
      'frameset',
      'object',
      'embed',
      'applet',
      'portal',
      'template',
      'noscript',
    ],
    ...[
      'audio',
      'video',
      'track',
      'animate',
      'animatecolor',
      'animatemotion',
      'animatetransform',
      'set',
      'mpath',
      'use',
    ],
    ...['foreignobject', 'handler', 'feimage', 'dialog', 'slot', 'marquee', 'math', 'bgsound', 'title', 'form'],
  ],
  FORBID_ATTR: [
    ...[
      'action',
      'formaction',
      'method',
      'formmethod',
      'formtarget',
      'ping',
      'poster',
      'data',
      'manifest',
      'cite',
      'longdesc',
    ],
    ...[
      'autofocus',
      'popover',
      'popovertarget',
      'contenteditable',
      'is',
      'slot',
      'part',
      'http-equiv',
      'xml:base',
      'profile',
    ],
    ...[
      'nonce',
      'integrity',
      'crossorigin',
      'referrerpolicy',
      'download',
      'form',
      'list',
      'tabindex',
      'accesskey',
      'loading',
    ],
  ],
}

const idReferences = ['for', 'headers', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'aria-owns']
/** Whose text stays as it is, whatever it looks like. */
const plainText = ['id', 'name', 'class', 'alt', 'title']
/** Empty, so that a browser shows the alternative text in a box of the size the message gives. */
export const blockedPicture = 'data:image/gif;base64,'

/** Makes of a message's HTML a document that neither runs nor fetches anything. */
export function sanitise(html: string, options: SanitiseOptions): Sanitised {
  const purifier = createPurifier(options.window)
  const pass = new Pass(options)
  purifier.addHook('uponSanitizeElement', (node) => pass.element(node))
  purifier.addHook('uponSanitizeAttribute', (element, event) => pass.attribute(element, event))
  purifier.addHook('afterSanitizeAttributes', (element) => pass.finish(element))
  const root = purifier.sanitize(html, { ...config, RETURN_DOM: true }) as HTMLElement
  for (const meta of root.querySelectorAll('meta')) meta.remove()
  if (pass.colorScheme !== undefined) root.style.colorScheme = pass.colorScheme
  return { root, remote: [...pass.remote.values()], missing: [...pass.missing] }
}

/** @returns the value to keep, undefined to leave the attribute out */
type AttributeRule = (value: string, element: Element) => string | undefined

/** What one sanitising finds. */
class Pass {
  readonly remote = new Map<string, Remote>()
  readonly missing = new Set<string>()
  colorScheme: string | undefined
  readonly #options: SanitiseOptions
  readonly #cssPolicy: CssUrlPolicy
  readonly #rules = new Map<string, AttributeRule>([
    ['style', (value) => filterDeclarations(value, this.#cssPolicy)],
    ['href', (value, element) => this.#href(element, value)],
    ['xlink:href', (value, element) => this.#href(element, value)],
    ['src', (value, element) => this.#source(element, value)],
    ['srcset', (value, element) => this.#srcset(element, value)],
    ['background', (value) => this.#picture(value, 'background', false)],
    ['usemap', (value) => (value.startsWith('#') ? `#${idPrefix}${value.slice(1)}` : undefined)],
    ...idReferences.map((name): [string, AttributeRule] => [name, prefixedIds]),
    ...plainText.map((name): [string, AttributeRule] => [name, (value) => value]),
  ])

  constructor(options: SanitiseOptions) {
    this.#options = options
    this.#cssPolicy = (url) => this.#picture(url, 'css', false)
  }

  element(node: Node): void {
    const name = node.nodeName.toLowerCase()
    if (name === 'style') node.textContent = filterStyleSheet(node.textContent ?? '', this.#cssPolicy)
    else if (name === 'meta' && node instanceof this.#options.window.HTMLMetaElement) this.#meta(node)
  }

  attribute(element: Element, event: UponSanitizeAttributeHookEvent): void {
    const value = this.#valueOf(element, event.attrName, event.attrValue)
    if (value === undefined) event.keepAttr = false
    else event.attrValue = value
  }

  /** Links open in a tab of their own that knows nothing of us. RFC 9110 §10.1.3, HTML §4.6.7. */
  finish(element: Element): void {
    element.removeAttribute('target')
    if (!/^(?:a|area)$/i.test(element.localName)) return
    const href = element.getAttribute('href') ?? element.getAttribute('xlink:href')
    if (href === null || href.startsWith('#')) return
    element.setAttribute('target', '_blank')
    element.setAttribute('rel', 'noopener noreferrer')
  }

  #meta(meta: HTMLMetaElement): void {
    const content = meta.content.trim()
    if (
      /^(?:color-scheme|supported-color-schemes)$/i.test(meta.name) &&
      /^(?:(?:light|dark|only|normal)\s*)+$/.test(content)
    ) {
      this.colorScheme = content
    }
  }

  /** @returns the value to keep, undefined to leave the attribute out */
  #valueOf(element: Element, name: string, value: string): string | undefined {
    const rule = this.#rules.get(name)
    if (rule !== undefined) return rule(value, element)
    return isPresentation(element, name) ? filterValue(name, value, this.#cssPolicy) : value
  }

  #source(element: Element, value: string): string | undefined {
    if (element.localName !== 'img') return undefined
    return this.#picture(value, 'img', isTiny(element)) ?? blockedPicture
  }

  #href(element: Element, value: string): string | undefined {
    const name = element.localName.toLowerCase()
    if (name === 'image') return this.#picture(value, 'svg image', false)
    const link = readLink(value)
    if (link?.kind === 'fragment') return `#${idPrefix}${link.id}`
    return link?.kind === 'link' && (name === 'a' || name === 'area') ? link.url : undefined
  }

  /** Of several sizes the first; a list of addresses is more than a preview needs. HTML §4.8.4.2.1. */
  #srcset(element: Element, value: string): string | undefined {
    const addresses = value.split(',').map((candidate) => candidate.trim().split(/\s+/)[0] ?? '')
    const kept = addresses.map((address) => this.#picture(address, element.localName, false))
    return kept.find((address) => address !== undefined && !address.includes(','))
  }

  #picture(raw: string, element: string, tiny: boolean): string | undefined {
    const own = this.#options.own.file(raw)
    if (own !== undefined) return own
    const found = readPicture(raw)
    switch (found?.kind) {
      case 'data':
        return found.url
      case 'fragment':
        return `#${idPrefix}${found.id}`
      case 'cid':
        return this.#part(found.id)
      case 'remote':
        this.remote.set(found.url, { url: found.url, host: found.host, element, tiny })
        return this.#options.remote ? found.url : undefined
      default:
        return undefined
    }
  }

  #part(id: string): string | undefined {
    const address = this.#options.own.part(id)
    if (address === undefined) this.missing.add(id)
    return address
  }
}

function prefixedIds(value: string): string {
  const ids = value.split(/\s+/)
  return ids.map((id) => idPrefix + id).join(' ')
}

function isTiny(element: Element): boolean {
  const width = Number.parseInt(element.getAttribute('width') ?? '', 10)
  const height = Number.parseInt(element.getAttribute('height') ?? '', 10)
  return width <= 1 || height <= 1
}

/** SVG's attributes hold CSS values, `fill="url(#gradient)"`; HTML's hold none but `style`. SVG 2 §6.6. */
function isPresentation(element: Element, name: string): boolean {
  return element.namespaceURI === 'http://www.w3.org/2000/svg' && !name.startsWith('aria-')
}
