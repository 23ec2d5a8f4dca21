import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RangeReader } from '../../src/mime/tree.ts'

const folder = join(import.meta.dirname, '..', 'messages')

export interface CorpusMessage {
  /** `rfc/simple`. */
  readonly name: string
  readonly octets: Buffer
}

/** Every message of `test/messages`, by name. */
export const corpus: readonly CorpusMessage[] = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.eml'))
  .sort()
  .map((file) => ({
    name: file.replaceAll('\\', '/').replace(/\.eml$/, ''),
    octets: readFileSync(join(folder, file)),
  }))

/** One of them. */
export function messageOf(name: string): Buffer {
  const found = corpus.find((message) => message.name === name)
  if (!found) throw new Error(`no message ${name}`)
  return found.octets
}

export function readerOf(octets: Uint8Array): RangeReader {
  return (start, end) => octets.subarray(start, end)
}

/** Text with CRLF line ends, one char per octet, as octets. */
export function lines(...content: readonly string[]): Buffer {
  return Buffer.from(content.map((line) => `${line}\r\n`).join(''), 'latin1')
}
