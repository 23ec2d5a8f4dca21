/**
 * Lines to a tree of parts: RFC 2046 §5.1 and §5.2.1, RFC 5322 §2.2.
 *
 * The open parts are a stack, from the message to the innermost; there is no recursion. Boundaries are looked up in a
 * map, so a line costs the same however deep it stands.
 */
import { contentContext, contentOf, type ContentContext, type Surroundings } from './content.ts'
import { DefectList } from './defect-list.ts'
import { HeaderBlock, headerBudget, type HeaderBudget } from './header-block.ts'
import type { Line, LineReader, LineSink } from './line-reader.ts'
import { digested, opaque, plainText } from './media-type.ts'
import { lastCharset } from './raw-header.ts'
import type { MimeLimits, Part } from './tree.ts'

type Draft = { -readonly [K in keyof Part]: Part[K] } & { children: Draft[] }

/** A part whose end was not seen yet. */
interface OpenPart {
  readonly draft: Draft
  /** What the sections of parts inside begin with. */
  prefix: string
  /** Lines of the message before its body. */
  bodyLine: number
  /** Of a multipart: the line that separates its parts, without the hyphens, one char per octet. */
  boundary: string | undefined
  /** Had the same boundary before this one took it over. */
  shadowed: OpenPart | undefined
}

export class TreeBuilder implements LineSink {
  readonly #limits: MimeLimits
  readonly #defects: DefectList
  readonly #context: ContentContext
  readonly #stack: OpenPart[] = []
  readonly #boundaries = new Map<string, OpenPart>()
  readonly #budget: HeaderBudget
  readonly #root: Draft
  #parts = 1
  /** The header that is being read; undefined inside a body. */
  #header: HeaderBlock | undefined
  #chunk: Buffer = Buffer.alloc(0)
  #chunkStart = 0

  constructor(limits: MimeLimits, defects: DefectList) {
    this.#limits = limits
    this.#defects = defects
    this.#context = contentContext(limits, defects)
    this.#budget = headerBudget(limits)
    this.#root = newDraft('', 0)
    this.#stack.push(newOpen(this.#root))
    this.#header = new HeaderBlock(0, limits, this.#budget)
  }

  get wantsEveryLine(): boolean {
    return this.#header !== undefined
  }

  /** The chunk that the next lines end in, and where it begins in the message. */
  chunk(chunk: Buffer, start: number): void {
    this.#chunk = chunk
    this.#chunkStart = start
  }

  /** No more lines from this chunk. */
  chunkDone(): void {
    if (this.#header !== undefined) this.#capture(this.#header, this.#chunkStart + this.#chunk.length)
  }

  line(line: Line): void {
    if (this.#boundaries.size > 0 && startsWithDashes(line) && this.#delimiter(line)) return
    // Twice at most: a header that ends without an empty line may give way to that of a message inside.
    while (this.#header !== undefined && !this.#headerLine(this.#header, line));
  }

  /** All lines were given. */
  finish(size: number, lines: LineReader): Part {
    this.#cutHeader(size, lines.lines)
    const last = lines.lines - (lines.lastEmpty && lines.lastEol === 0 ? 1 : 0)
    while (this.#stack.length > 0) this.#endTop(size, last)
    return this.#root
  }

  /** @returns whether the line was the header's (or its end). */
  #headerLine(header: HeaderBlock, line: Line): boolean {
    if (line.octets === 0) {
      const after = line.start + line.eol
      this.#beginBody(header, { headerEnd: line.start, bodyStart: after, bodyLine: line.number + 1 })
      return true
    }
    const first = line.text.charCodeAt(line.from)
    if (first === 0x20 || first === 0x09) {
      if (header.continuation()) return true
    } else {
      const name = fieldNameLength(line)
      if (name > 0) {
        header.field(line.start, name)
        return true
      }
    }
    return this.#strayLine(header, line)
  }

  /** A line in a header that is no part of a field. Before the first field it is taken for the body. */
  #strayLine(header: HeaderBlock, line: Line): boolean {
    const mboxFrom = line.start === 0 && line.text.startsWith('From ', line.from)
    if (header.empty && !mboxFrom) {
      this.#defects.add('missing-header-end', line.start)
      this.#beginBody(header, { headerEnd: line.start, bodyStart: line.start, bodyLine: line.number })
      return false
    }
    this.#defects.add('header-not-a-field', line.start)
    header.stray(line.start)
    return true
  }

  /** Ends the header of the innermost part and decides what its body is. */
  #beginBody(header: HeaderBlock, at: { headerEnd: number; bodyStart: number; bodyLine: number }): void {
    const open = this.#top()
    const { draft } = open
    this.#capture(header, at.headerEnd)
    this.#header = undefined
    draft.header = header.finish(at.headerEnd, this.#limits, this.#defects)
    draft.bodyStart = at.bodyStart
    open.bodyLine = at.bodyLine
    const parent = this.#stack[this.#stack.length - 2]?.draft
    Object.assign(draft, contentOf(draft.header, surroundings(parent), this.#context))
    if (draft.mediaType.type === 'text') this.#tellCharset(draft.headerCharset)
    if (parent?.mediaType.type === 'message') nameInner(open)
    if (draft.mediaType.type === 'multipart') this.#beginMultipart(open)
    else if (holdsMessage(draft) && this.#mayNest(draft)) this.#beginMessage(open, at.bodyStart)
  }

  /** The headers around a text are in its charset where they say no other, up to the one of its message. */
  #tellCharset(charset: string): void {
    if (charset === '') return
    for (let level = this.#stack.length - 2; level >= 0; level--) {
      const draft = this.#stack[level]?.draft
      // Those further out were told when this one was.
      if (draft?.mediaType.type !== 'multipart' || draft.headerCharset !== '') return
      draft.headerCharset = charset
    }
  }

  #beginMultipart(open: OpenPart): void {
    const { draft } = open
    const boundary = draft.mediaType.parameters.get('boundary')?.trimEnd()
    if (boundary === undefined || boundary === '' || !this.#mayNest(draft)) return
    open.boundary = Buffer.from(boundary, 'utf8').toString('latin1')
    open.shadowed = this.#boundaries.get(open.boundary)
    this.#boundaries.set(open.boundary, open)
  }

  #beginMessage(open: OpenPart, start: number): void {
    if (this.#parts >= this.#limits.parts - 1) {
      this.#defects.add('too-many-parts', start, this.#limits.parts)
      return
    }
    const prefix = open.draft.section === '' ? '1' : open.draft.section
    this.#open(open.draft, prefix, start)
    this.#header = new HeaderBlock(start, this.#limits, this.#budget)
  }

  #mayNest(draft: Draft): boolean {
    if (this.#stack.length <= this.#limits.depth) return true
    this.#defects.add('too-deep', draft.bodyStart, this.#limits.depth)
    return false
  }

  #open(parent: Draft, section: string, start: number): OpenPart {
    const child = newDraft(section, start)
    parent.children.push(child)
    const open = newOpen(child)
    this.#stack.push(open)
    this.#parts++
    return open
  }

  /** delimiter := CRLF "--" boundary; close-delimiter := delimiter "--"                        RFC 2046 §5.1.1 */
  #delimiter(line: Line): boolean {
    // Deviates: the whole line has to match, white space at its end aside, so that one boundary may begin like another.
    if (line.octets > line.to - line.from) return false
    const key = line.text.slice(line.from + 2, line.to).trimEnd()
    const separating = this.#boundaries.get(key)
    const closing = separating === undefined && key.endsWith('--') ? this.#boundaries.get(key.slice(0, -2)) : undefined
    const multipart = separating ?? closing
    if (multipart === undefined) return false
    this.#endInside(multipart, line)
    if (closing !== undefined) this.#release(multipart)
    else this.#nextPart(multipart, line)
    return true
  }

  /** Ends a header that the octets end in. A message that begins there has an empty one: it is opened and closed. */
  #cutHeader(offset: number, bodyLine: number): void {
    while (this.#header !== undefined) {
      this.#beginBody(this.#header, { headerEnd: offset, bodyStart: offset, bodyLine })
    }
  }

  /** Ends everything inside a multipart at a delimiter of it. */
  #endInside(multipart: OpenPart, line: Line): void {
    this.#cutHeader(line.start, line.number)
    const lines = line.number - (line.previousEmpty ? 1 : 0)
    while (this.#top() !== multipart) this.#endTop(line.start - line.previousEol, lines)
  }

  #nextPart(multipart: OpenPart, line: Line): void {
    const start = line.start + line.octets + line.eol
    const { draft, prefix } = multipart
    const number = draft.children.length + 1
    const open = this.#open(draft, prefix === '' ? String(number) : `${prefix}.${number}`, start)
    if (this.#parts < this.#limits.parts) {
      this.#header = new HeaderBlock(start, this.#limits, this.#budget)
      return
    }
    this.#defects.add('too-many-parts', start, this.#limits.parts)
    open.draft.mediaType = opaque
    open.draft.bodyStart = start
    open.bodyLine = line.number + 1
    for (const outer of this.#stack) outer.boundary = undefined
    this.#boundaries.clear()
  }

  /** Closes the innermost part. `lines`: lines of the message up to there. */
  #endTop(end: number, lines: number): void {
    const open = this.#stack.pop()
    if (open === undefined) return
    const { draft } = open
    draft.headerCharset ||= lastCharset
    // The line end before a delimiter is the delimiter's, but not where it ended the header of a message inside.
    draft.end = Math.max(end, draft.bodyStart, draft.children[draft.children.length - 1]?.end ?? 0)
    draft.lines = draft.end === draft.bodyStart ? 0 : Math.max(lines - open.bodyLine, 1)
    if (open.boundary === undefined) return
    this.#defects.add('unclosed-boundary', draft.start)
    this.#release(open)
  }

  /** Its boundary means nothing any more. */
  #release(multipart: OpenPart): void {
    const { boundary, shadowed } = multipart
    if (boundary === undefined) return
    if (shadowed === undefined) this.#boundaries.delete(boundary)
    else this.#boundaries.set(boundary, shadowed)
    multipart.boundary = undefined
    if (multipart.draft.children.length === 0) this.#defects.add('empty-multipart', multipart.draft.start)
  }

  /** Gives the header the octets of this chunk that are its own. */
  #capture(header: HeaderBlock, end: number): void {
    const from = header.captured - this.#chunkStart
    const to = end - this.#chunkStart
    if (to > from && !header.full) header.capture(this.#chunk.toString('latin1', Math.max(from, 0), to))
  }

  #top(): OpenPart {
    return this.#stack[this.#stack.length - 1] ?? newOpen(this.#root)
  }
}

/** What a part has from the one around it; a message inside of a message has nothing. */
function surroundings(parent: Draft | undefined): Surroundings {
  if (parent?.mediaType.type !== 'multipart') return { fallback: plainText, headerCharset: '' }
  const fallback = parent.mediaType.subtype === 'digest' ? digested : plainText
  return { fallback, headerCharset: parent.headerCharset }
}

/**
 * The message inside part `2`: a multipart is `2.TEXT` and its parts `2.1`, `2.2`; anything else is `2.1` itself.
 * RFC 9051 §6.4.5.1.
 */
function nameInner(open: OpenPart): void {
  const { draft } = open
  open.prefix = draft.section
  draft.section = draft.mediaType.type === 'multipart' ? `${draft.section}.TEXT` : `${draft.section}.1`
}

/** RFC 2046 §5.2.1: only these encodings are allowed; an encoded message (RFC 6532 §3.7) stays a leaf. */
function holdsMessage({ mediaType: { type, subtype }, transferEncoding: encoding }: Draft): boolean {
  if (type !== 'message' || (subtype !== 'rfc822' && subtype !== 'global')) return false
  return encoding === '7bit' || encoding === '8bit' || encoding === 'binary'
}

/** ftext = %d33-57 / %d59-126; white space before the colon is obsolete syntax.       RFC 5322 §3.6.8, §4.5.8 */
function fieldNameLength({ text, from, to }: Line): number {
  let at = from
  while (at < to && isNameOctet(text.charCodeAt(at))) at++
  if (at === from) return 0
  while (at < to && (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x09)) at++
  return at < to && text.charCodeAt(at) === 0x3a ? at - from : 0
}

function isNameOctet(octet: number): boolean {
  return octet > 0x20 && octet !== 0x3a && octet !== 0x7f
}

function startsWithDashes({ text, from, to }: Line): boolean {
  return to - from >= 2 && text.charCodeAt(from) === 0x2d && text.charCodeAt(from + 1) === 0x2d
}

function newOpen(draft: Draft): OpenPart {
  return { draft, prefix: draft.section, bodyLine: 0, boundary: undefined, shadowed: undefined }
}

function newDraft(section: string, start: number): Draft {
  return {
    section,
    headerCharset: '',
    header: [],
    start,
    bodyStart: start,
    end: start,
    lines: 0,
    mediaType: plainText,
    transferEncoding: '7bit',
    disposition: undefined,
    filename: undefined,
    contentId: undefined,
    children: [],
  }
}
