/** LiveReload protocol 7, as livereload.js 4 speaks it: http://livereload.com/api/protocol/. Text frames with one JSON object. */

import { readJson } from '../json.ts'

/** What both sides say first. livereload.js drops a server that names no protocol it knows. */
export const hello = JSON.stringify({
  command: 'hello',
  protocols: ['http://livereload.com/protocols/official-7'],
  serverName: 'stuntmail',
})

/** What a client may say that means something. */
export type Heard =
  | { readonly command: 'hello' }
  /** `plugins`: identifiers of the plugins in the page. */
  | { readonly command: 'info'; readonly plugins: ReadonlySet<string> }
  | { readonly command: 'url' }

/** @returns undefined for everything that is no message of the protocol, or a command that is not for us. */
export function hear(text: string): Heard | undefined {
  const message = parsed(text)
  switch (message?.get('command')) {
    case 'hello':
      return { command: 'hello' }
    case 'info':
      return { command: 'info', plugins: new Set(fieldsOf(message.get('plugins')).keys()) }
    case 'url':
      return { command: 'url' }
    default:
      return undefined
  }
}

/**
 * Says that a file changed. The page puts CSS and images in by itself and loads itself again for anything else.
 * @param path of the URL, or one that a plugin in the page takes
 */
export function reload(path: string): string {
  // Without `reloadMissingCSS: false` a sheet that a page does not have would make it load all it has.
  return JSON.stringify({ command: 'reload', path, liveCSS: true, liveImg: true, reloadMissingCSS: false })
}

/** Whether livereload.js puts it in without loading the page again. */
export function goesInLive(path: string): boolean {
  return /\.(?:css|jpe?g|png|gif|svg)$/i.test(path)
}

function parsed(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    return fieldsOf(readJson(text))
  } catch {
    return undefined
  }
}

/** Names in what a client sent are looked up in a map, so that `__proto__` and `constructor` are names like others. */
function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [])
}
