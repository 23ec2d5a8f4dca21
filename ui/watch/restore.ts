import { dialog, selection } from '../state.ts'

/**
 * What a page loses when it is loaded again; route, search and tab are in its address. Elements are known by where they
 * stand, so that a view needs to know nothing of this.
 */
interface State {
  readonly address: string
  readonly selected: readonly string[]
  readonly matching: boolean
  readonly dialog: typeof dialog.value
  /** Places of what is scrolled, with how far. In a frame: the place of the frame, and `frame`. */
  readonly scrolled: readonly Scrolled[]
  /** Pressed buttons of toolbars: label of the bar, label of the button. */
  readonly pressed: readonly (readonly [bar: string, button: string])[]
  readonly typed: readonly (readonly [place: string, text: string])[]
  readonly opened: readonly string[]
  readonly focus: string | null
}

interface Scrolled {
  readonly place: string
  readonly inFrame: boolean
  readonly top: number
  readonly left: number
}

const storageKey = 'stuntmail-watch'
/** How long views are waited for that load by and by. */
const patienceMs = 5_000

/** Keeps the state for the page that comes after this one in the same tab. */
export function keep(): void {
  const state: State = {
    address: location.href,
    selected: [...selection.value.keys],
    matching: selection.value.matching,
    dialog: dialog.value,
    scrolled: all('*').flatMap(scrolledIn),
    pressed: all<HTMLElement>('[role=toolbar] [aria-pressed=true]').map((button) => [barOf(button), labelOf(button)]),
    typed: all<Field>(fields).flatMap((field) => (field.value === '' ? [] : [[placeOf(field), field.value] as const])),
    opened: all('details[open]').map(placeOf),
    focus: document.activeElement === document.body ? null : placeOf(document.activeElement),
  }
  sessionStorage.setItem(storageKey, JSON.stringify(state))
}

/** Gives back what was kept, as the views it belongs to come. Ends as soon as somebody does something. */
export function giveBack(): void {
  const kept = sessionStorage.getItem(storageKey)
  sessionStorage.removeItem(storageKey)
  const state = kept === null ? undefined : (JSON.parse(kept) as State)
  if (state?.address !== location.href) return
  selection.value = { keys: new Set(state.selected), matching: state.matching }
  dialog.value = state.dialog
  const wanted = [
    ...state.pressed.map(([bar, button]) => once(() => press(bar, button))),
    ...state.opened.map((place) => once(() => open(place))),
    ...state.typed.map(([place, text]) => once(() => type(place, text))),
    ...state.scrolled.map((scrolled) => () => scroll(scrolled)),
    ...(state.focus === null ? [] : [once(() => focus(state.focus))]),
  ]
  const end = performance.now() + patienceMs
  let touched = false
  const stop = (): void => void (touched = true)
  for (const type of ['wheel', 'pointerdown', 'keydown']) addEventListener(type, stop, { once: true, capture: true })
  const step = (): void => {
    for (const give of wanted) give()
    if (!touched && performance.now() < end) requestAnimationFrame(step)
  }
  step()
}

type Field = HTMLInputElement | HTMLTextAreaElement
const fields = 'textarea, input:not([type=checkbox], [type=radio], [type=password], [type=file], [type=hidden])'

function all<Kind extends Element>(selector: string): Kind[] {
  return [...document.querySelectorAll<Kind>(selector)]
}

function scrolledIn(element: Element): readonly Scrolled[] {
  const inside = element instanceof HTMLIFrameElement ? element.contentDocument?.scrollingElement : null
  const { scrollTop: top, scrollLeft: left } = inside ?? element
  if (top === 0 && left === 0) return []
  return [{ place: placeOf(element), inFrame: inside !== null && inside !== undefined, top, left }]
}

/** A selector that finds the element again on a page of the same shape. */
function placeOf(element: Element | null): string {
  const steps: string[] = []
  for (let at = element; at !== null && at !== document.documentElement; at = at.parentElement) {
    if (at.id !== '') {
      steps.unshift(`#${CSS.escape(at.id)}`)
      break
    }
    const siblings = [...(at.parentElement?.children ?? [])].filter(({ tagName }) => tagName === at.tagName)
    steps.unshift(`${at.tagName.toLowerCase()}:nth-of-type(${siblings.indexOf(at) + 1})`)
  }
  return steps.join(' > ')
}

function barOf(button: Element): string {
  return button.closest('[role=toolbar]')?.getAttribute('aria-label') ?? ''
}

function labelOf(button: HTMLElement): string {
  return button.ariaLabel ?? button.innerText
}

/** Tries until it worked. */
function once(give: () => boolean): () => void {
  let done = false
  return () => {
    done ||= give()
  }
}

function press(bar: string, label: string): boolean {
  const buttons = all<HTMLElement>('[role=toolbar] [aria-pressed]')
  const button = buttons.find((each) => barOf(each) === bar && labelOf(each) === label)
  if (button?.ariaPressed === 'false') button.click()
  return button !== undefined
}

function open(place: string): boolean {
  const found = document.querySelector<HTMLDetailsElement>(place)
  if (found !== null) found.open = true
  return found !== null
}

function type(place: string, text: string): boolean {
  const field = document.querySelector<Field>(place)
  if (field === null) return false
  if (field.value !== text) {
    field.value = text
    field.dispatchEvent(new Event('input', { bubbles: true }))
  }
  return true
}

function focus(place: string | null): boolean {
  const found = place === null ? null : document.querySelector<HTMLElement>(place)
  found?.focus({ preventScroll: true })
  return found !== null
}

/** Again and again: what is scrolled may still be growing. */
function scroll({ place, inFrame, top, left }: Scrolled): void {
  const found = document.querySelector(place)
  const inside = inFrame && found instanceof HTMLIFrameElement ? found.contentDocument?.scrollingElement : found
  if (inside === null || inside === undefined || (inside.scrollTop === top && inside.scrollLeft === left)) return
  inside.scrollTop = top
  inside.scrollLeft = left
}
