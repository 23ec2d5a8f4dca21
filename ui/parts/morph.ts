import { Idiomorph } from 'idiomorph'

/**
 * Makes a document in a frame what a sanitised tree says, by changing only what is different: scroll, selection and
 * loaded pictures stay. Nothing is ever parsed here, so nothing can become anything else than what was sanitised.
 * @param root an `html` element; not to be used afterwards
 */
export function morph(inside: Document, root: HTMLElement): void {
  const shown = inside.documentElement
  if (swapStyles(shown, root)) return
  // In a document of its own, which shows and fetches nothing: adopted by the page's, pictures would be fetched by that.
  const beside = inside.implementation.createHTMLDocument()
  const next = beside.adoptNode(root)
  beside.replaceChild(next, beside.documentElement)
  // The default for `head` compares serialised elements and parses those that are new.
  void Idiomorph.morph(shown, next, { morphStyle: 'outerHTML', head: { style: 'morph' } })
}

/** @returns whether style sheets were all that was different; if not, nothing was changed. */
function swapStyles(shown: Element, next: Element): boolean {
  const before = [...shown.querySelectorAll('style')]
  const after = [...next.querySelectorAll('style')]
  if (before.length !== after.length) return false
  const texts = after.map(({ textContent }) => textContent)
  after.forEach((style, index) => (style.textContent = before[index]?.textContent ?? ''))
  const same = shown.isEqualNode(next)
  const changed = same ? before : after
  changed.forEach((style, index) => {
    const text = texts[index] ?? ''
    if (style.textContent !== text) style.textContent = text
  })
  return same
}
