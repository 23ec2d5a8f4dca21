/** The frame grows with its content up to here, and scrolls from there on. HTML-4. */
const highest = 20_000
/** What a document is laid out in to see how high it wants to be, so that `100vh` does not make it grow for ever. */
const measuringHeight = 320

/** Fits the frame to its content whenever a picture arrives or the width changes. @returns the way out */
export function watchHeight(frame: HTMLIFrameElement | null, inside: Document): () => void {
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
  return () => {
    observer.disconnect()
    inside.removeEventListener('load', onLoad, true)
  }
}

/** Makes the frame as high as its content wants to be. */
export function fit(frame: HTMLIFrameElement | null): void {
  const root = frame?.contentDocument?.documentElement ?? null
  if (frame === null || root === null) return
  const scroller = document.getElementById('message-scroller')
  const top = scroller?.scrollTop ?? 0
  frame.style.height = `${measuringHeight}px`
  const height = Math.min(highest, Math.max(measuringHeight, root.scrollHeight))
  frame.style.height = `${height}px`
  if (scroller !== null) scroller.scrollTop = top
}
