/** BODY and BODYSTRUCTURE of FETCH: RFC 9051 §7.5.2. */
import { setImmediate } from 'node:timers/promises'
import { fieldBody, unfold } from '../mime/header.ts'
import { rawParameters } from '../mime/parameter.ts'
import type { Part } from '../mime/tree.ts'
import { envelope } from './envelope.ts'
import { partShape } from './part-shape.ts'
import { list, nil, nstring, string } from './wire/writer.ts'

/** Deeper parts are shown as one opaque leaf, whatever limits the tree was made with (IMAP-7). */
const maxDepth = 100

/** Parts that are written before others have their turn. */
const partsAtOnce = 500

/** BODYSTRUCTURE of a message, with all extension data, written as latin1. */
export function bodyStructure(message: Part): Promise<string> {
  return inTurns(structure(message, true, maxDepth))
}

/** BODY: the same without extension data. */
export function body(message: Part): Promise<string> {
  return inTurns(structure(message, false, maxDepth))
}

async function inTurns(writing: Generator<void, string>): Promise<string> {
  for (let parts = 1; ; parts++) {
    const { done, value } = writing.next()
    if (done === true) return value
    if (parts % partsAtOnce === 0) await setImmediate()
  }
}

/** Pauses after each part of a multipart: a message decides how many it has. */
function* structure(part: Part, extended: boolean, depth: number): Generator<void, string> {
  const shape = depth === 0 ? undefined : partShape(part)
  switch (shape?.kind) {
    case 'multipart': {
      let parts = ''
      for (const child of shape.parts) {
        parts += yield* structure(child, extended, depth - 1)
        yield
      }
      const all = `${parts} ${string(part.mediaType.subtype)}`
      return extended ? `(${all} ${parameters(part, 'content-type')} ${extension(part)})` : `(${all})`
    }
    case 'message': {
      const inside = yield* structure(shape.message, extended, depth - 1)
      return onePart(part, extended, [envelope(shape.message), inside, String(part.lines)])
    }
    default:
      return onePart(part, extended, part.mediaType.type === 'text' ? [String(part.lines)] : [])
  }
}

/** body-type-1part with what its type adds to the fields of all. */
function onePart(part: Part, extended: boolean, added: readonly string[]): string {
  const basic = [
    ...mediaType(part, added.length > 0),
    nstring(field(part, 'content-id')),
    nstring(field(part, 'content-description')),
    string(part.transferEncoding),
    String(part.end - part.bodyStart),
    ...added,
  ]
  return list(extended ? [...basic, nstring(field(part, 'content-md5')), extension(part)] : basic)
}

/** Type, subtype and body-fld-param. `whole`: the fields that go with the type will follow. */
function mediaType(part: Part, whole: boolean): readonly [string, string, string] {
  const { type, subtype } = part.mediaType
  // Neither may be sent without what is inside of it (§9, body-type-basic and body-type-mpart).
  const opened = type === 'multipart' || (type === 'message' && (subtype === 'rfc822' || subtype === 'global'))
  if (opened && !whole) return ['"application"', '"octet-stream"', nil]
  return [string(type), string(subtype), parameters(part, 'content-type', type === 'text')]
}

/** Disposition, language and location, which end the extension data of every part. */
function extension(part: Part): string {
  const location = field(part, 'content-location')
  return `${disposition(part)} ${languages(field(part, 'content-language'))} ${nstring(location)}`
}

/** "(" string SP body-fld-param ")" / nil */
function disposition(part: Part): string {
  if (part.disposition === undefined) return nil
  return list([string(part.disposition), parameters(part, 'content-disposition')])
}

/** Language tags have commas between them, RFC 3282 §2. One is a string, more are a list. */
function languages(value: string | undefined): string {
  if (value === undefined) return nil
  const tags = value.split(',', 100).flatMap((tag) => (tag.trim() === '' ? [] : [string(tag.trim())]))
  return tags.length > 1 ? list(tags) : (tags[0] ?? nil)
}

/**
 * body-fld-param of a field: names and values as they stand in it.
 *
 * Deviates: §7.5.2 says that continuations and charsets of RFC 2231 should be decoded, by a rule that leaves no trace of
 * which values were. Clients decode `name*0*=utf-8''…` themselves, and other servers send it so.
 * @param text whether a missing charset is US-ASCII, RFC 2046 §4.1.2.
 */
function parameters(part: Part, name: string, text = false): string {
  const pairs = rawParameters(fieldBody(part, name) ?? '')
  const charset = text && !part.mediaType.parameters.has('charset')
  if (charset) pairs.unshift(['charset', 'us-ascii'])
  return pairs.length === 0 ? nil : list(pairs.flatMap((pair) => pair.map(string)))
}

function field(part: Part, name: string): string | undefined {
  const raw = fieldBody(part, name)
  return raw === undefined ? undefined : unfold(raw)
}
