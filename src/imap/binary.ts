/** BINARY and BINARY.SIZE: parts without their transfer encoding. RFC 3516, RFC 9051 §6.4.5. */
import { transferDecoder } from '../mime/transfer-decoder.ts'
import type { Part } from '../mime/tree.ts'
import { ImapNo } from './error.ts'
import type { FetchItem } from './fetch-items.ts'
import type { MessageContent } from './message-content.ts'
import { findPath, type Section } from './section.ts'

type BinaryItem = Extract<FetchItem, { kind: 'BINARY' | 'BINARY.SIZE' }>

const identity = new Set(['7bit', '8bit', 'binary'])
const known = new Set([...identity, 'base64', 'quoted-printable'])
/** Decoded octets of one part that are given in one piece. */
const maxOctets = 64 * 1024 * 1024

/** One item of a response. @throws ImapNo UNKNOWN-CTE. */
export async function binaryBody(item: BinaryItem, content: MessageContent | undefined): Promise<string> {
  const octets = content && (await decoded(item.section, content))
  if (item.kind === 'BINARY.SIZE') return `${item.name} ${octets?.length ?? 0}`
  if (octets === undefined) return `${item.name} NIL`
  const { partial } = item
  const given = partial === undefined ? octets : octets.subarray(partial.start, partial.start + partial.octets)
  // literal8 is for what a literal must not have. RFC 9051 §4.3.
  const tilde = given.includes(0) ? '~' : ''
  return `${item.name} ${tilde}{${given.length}}\r\n${given.toString('latin1')}`
}

async function decoded({ path }: Section, content: MessageContent): Promise<Buffer | undefined> {
  if (path.length === 0) return collect(content.stream(0, content.octets))
  const part = findPath(await content.tree(), path)
  if (part === undefined) return undefined
  // What is made of parts has no encoding of its own. RFC 2045 §6.4.
  const encoding = part.children.length > 0 ? 'binary' : part.transferEncoding
  if (!known.has(encoding)) throw new ImapNo('The transfer encoding of the part is not known', 'UNKNOWN-CTE')
  const body = content.stream(part.bodyStart, part.end)
  return collect(identity.has(encoding) ? body : decode(body, part))
}

async function* decode(body: AsyncIterable<Uint8Array>, { transferEncoding }: Part): AsyncIterable<Uint8Array> {
  const decoder = transferDecoder(transferEncoding)
  for await (const octets of body) yield Buffer.from(decoder.push(octets))
  yield decoder.end()
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxOctets) throw new ImapNo(`The part is larger than ${maxOctets} octets; fetch it with BODY`, 'LIMIT')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}
