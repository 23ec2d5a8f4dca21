/** What a command prints: HTML, or a message, RFC 5322 §2.1; and the dependencies it names, as make has them. */
import { resolve } from 'node:path'
import { decodeText } from '../mime/body.ts'
import { decodeUnstructured, fieldBodies, fieldBody } from '../mime/header.ts'
import { contents } from '../mime/parts.ts'
import { scanMessage } from '../mime/scanner.ts'
import type { EngineOutput } from './engine.ts'

/** Octets within which a header has to end to be taken for one. */
const maxHeaderOctets = 64 * 1024
/** Fields of which a message has at least one; in lower case. */
const messageFields: ReadonlySet<string> = new Set(
  'bcc cc content-type date from message-id mime-version received reply-to sender subject to x-template-deps'.split(
    ' ',
  ),
)

/** @param cwd What relative paths of dependencies are relative to. */
export function readCommandOutput(printed: Buffer, cwd: string): EngineOutput {
  const start = printed.subarray(0, maxHeaderOctets).toString('latin1')
  return startsWithHeader(start) ? readMessage(printed, cwd) : { html: decodeUtf8(printed) }
}

/** Whether a text begins as a message does: header fields, then an empty line. */
function startsWithHeader(text: string): boolean {
  const names: string[] = []
  for (const line of text.split(/\r?\n/)) {
    if (line === '') break
    if (/^[ \t]/.test(line) && names.length > 0) continue
    const name = /^[!-9;-~]+(?=[ \t]*:)/.exec(line)?.[0]
    if (name === undefined) return false
    names.push(name.toLowerCase())
  }
  return /\r?\n\r?\n/.test(text) && names.some((name) => messageFields.has(name))
}

function readMessage(printed: Buffer, cwd: string): EngineOutput {
  // Programs print lines as their system ends them; in a message they end with CRLF.
  const message = printed.toString('latin1').replace(/\r?\n/g, '\r\n')
  const octets = Buffer.from(message, 'latin1')
  const tree = scanMessage(octets)
  const read = (from: number, to: number): Uint8Array => octets.subarray(from, to)
  const subject = fieldBody(tree.root, 'Subject')
  const from = fieldBody(tree.root, 'From')
  const head = {
    ...(subject !== undefined && { subject: decodeUnstructured(subject) }),
    ...(from !== undefined && { from: decodeUnstructured(from) }),
  }
  const files = fieldBodies(tree.root, 'X-Template-Deps').flatMap((body) => listed(decodeUnstructured(body), cwd))
  const common = { head, ...(files.length > 0 && { files }) }
  if (fieldBody(tree.root, 'Content-Type') === undefined) {
    const body = decodeUtf8(octets.subarray(tree.root.bodyStart)).replaceAll('\r\n', '\n')
    return { ...common, ...(body.trimStart().startsWith('<') ? { html: body } : { text: body, message }) }
  }
  const { html, text } = contents(tree)
  return {
    ...common,
    message,
    ...(html !== undefined && { html: decodeText(html, read).text }),
    ...(text !== undefined && { text: decodeText(text, read).text }),
  }
}

function listed(body: string, cwd: string): readonly string[] {
  return body
    .split(',')
    .map((path) => path.trim())
    .filter((path) => path !== '')
    .map((path) => resolve(cwd, path))
}

/** Paths after the colons of a dependency file: `out: a.html b\ c.html \`, absolute. */
export function readDependencyFile(text: string, cwd: string): readonly string[] {
  const files = new Set<string>()
  for (const rule of text.replace(/\\\r?\n/g, ' ').split(/\r?\n/)) {
    // The target ends at a colon before white space; `C:\` is no end of one.
    const colon = /:(?=\s|$)/.exec(rule)
    if (colon === null || rule.startsWith('#')) continue
    for (const [word] of rule.slice(colon.index + 1).matchAll(/(?:\\[ \t#]|\$\$|[^\s])+/g)) {
      files.add(resolve(cwd, word.replace(/\\([ \t#])/g, '$1').replaceAll('$$', '$')))
    }
  }
  return [...files]
}

function decodeUtf8(octets: Uint8Array): string {
  return new TextDecoder().decode(octets)
}
