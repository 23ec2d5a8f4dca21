import { placeOf, type Problem } from './paths.ts'

const look = `
  :host { position: fixed; inset: 0; z-index: 1000; overflow: auto; padding: 4vh 4vw; background: rgb(20 16 8 / 72%); }
  section { max-width: 1000px; margin: 0 auto 16px; padding: 16px 20px; border-top: 6px solid #ffb020; border-radius: 8px;
    background: #1d1b18; color: #f0ebe1; font: 14px/1.5 ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
  h2 { margin: 0 0 8px; color: #ffbf4d; font-size: 15px; overflow-wrap: anywhere; }
  p { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
  pre { margin: 12px 0 0; overflow: auto; color: #b3aa9a; }
  button { position: fixed; top: 12px; right: 16px; padding: 6px 12px; border: 1px solid #847b6c; border-radius: 8px;
    background: #262420; color: inherit; color: #f0ebe1; font: inherit; cursor: pointer; }
`
const hostId = 'stuntmail-problems'

/** Puts problems over the page, or takes them away where there are none. @param json `Problem[]` */
export function showProblems(json: string): void {
  document.getElementById(hostId)?.remove()
  const problems = JSON.parse(json) as readonly Problem[]
  if (problems.length === 0) return
  const host = document.createElement('div')
  host.id = hostId
  host.role = 'alert'
  const shadow = host.attachShadow({ mode: 'open' })
  // The page's policy allows no style elements; a sheet made here is not one.
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(look)
  shadow.adoptedStyleSheets = [sheet]
  const close = element('button', 'Close')
  close.addEventListener('click', () => host.remove())
  shadow.append(close, ...problems.map(panel))
  document.body.append(host)
}

function panel(problem: Problem): HTMLElement {
  const section = document.createElement('section')
  const place = placeOf(problem)
  section.append(element('h2', place === '' ? problem.what : place), element('p', problem.text))
  if (problem.excerpt !== undefined) section.append(element('pre', problem.excerpt))
  return section
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name)
  made.textContent = text
  return made
}
