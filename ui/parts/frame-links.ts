/** Tells where a link leads before it is followed. A touch has no hover: there the first tap shows, the second follows. HTML-6. */
export function watchLinks(inside: Document, show: (url: string | null) => void): () => void {
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
