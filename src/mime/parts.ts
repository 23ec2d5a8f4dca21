/** Which parts of a tree a reader shows, and how: RFC 2046 §5.1, RFC 2183 §2, RFC 2387. */
import { formsOf, type Forms, type TextKind } from './shown-texts.ts'
import type { MessageTree, Part } from './tree.ts'

/** All parts, the message itself first, in the order of the message. */
export function* walk(tree: Pick<MessageTree, 'root'>): Generator<Part, void, undefined> {
  for (const { part } of partsWithDepth(tree)) yield part
}

/** A part, and how many others it is in. */
export interface PartAtDepth {
  readonly part: Part
  readonly depth: number
}

/** The same, each with its depth. Without recursion: a message decides how deep it is. */
export function* partsWithDepth(tree: Pick<MessageTree, 'root'>): Generator<PartAtDepth, void, undefined> {
  const waiting: PartAtDepth[] = [{ part: tree.root, depth: 0 }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next
    const { part, depth } = next
    for (const child of part.children.toReversed()) waiting.push({ part: child, depth: depth + 1 })
  }
}

/** The part with this IMAP section number; `1` is also the message that has no parts. RFC 9051 §6.4.5.1. */
export function findPart(tree: MessageTree, section: string): Part | undefined {
  if (section === '1' && tree.root.mediaType.type !== 'multipart') return tree.root
  for (const part of walk(tree)) if (part.section === section) return part
  return undefined
}

/** The first text of each kind, which stand for the message where only one text is wanted. */
export interface BodyParts {
  readonly html?: Part
  readonly text?: Part
}

/** What a message is made of, as a reader sorts it. */
export interface Contents extends BodyParts, Forms {
  /** Every text of either form, in order. */
  readonly texts: readonly Part[]
  /** Attachments and inline files, in order. */
  readonly files: readonly Part[]
  /** Of `files`, those that are attached and not merely shown inside the HTML. */
  readonly attachments: number
}

interface Leaf {
  readonly part: Part
  /** Within a multipart/related. */
  readonly related: boolean
}

/**
 * Sorts the leaves. The first plain and the first HTML text that are not attachments are text, and so is every plain or
 * HTML text without a file name (Apple Mail sends text, picture, text); all else is a file. Of alternatives the first of
 * each kind is read, the others are files: they must be seen somewhere. A message inside the message is a file, and its
 * parts are its own.
 */
export function contents(tree: MessageTree): Contents {
  const found: { html?: Part; text?: Part } = {}
  const kinds = new Map<Part, TextKind>()
  const leaves: Leaf[] = []
  const parts: Part[] = []
  const waiting: Leaf[] = [{ part: tree.root, related: false }]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { part, related } = next
    parts.push(part)
    if (part.children.length > 0 && part.mediaType.type === 'multipart') {
      const inside = related || part.mediaType.subtype === 'related'
      for (const child of part.children.toReversed()) waiting.push({ part: child, related: inside })
      continue
    }
    leaves.push(next)
    const kind = bodyKind(next, found)
    if (kind === undefined) continue
    kinds.set(part, kind)
    found[kind] ??= part
  }
  const forms = formsOf(parts, kinds)
  const shown = new Set([...forms.asText, ...forms.asHtml])
  const files = leaves.filter(({ part }) => !shown.has(part))
  return {
    ...found,
    ...forms,
    texts: leaves.flatMap(({ part }) => (shown.has(part) ? [part] : [])),
    files: files.map(({ part }) => part),
    attachments: files.filter(({ part, related }) => counts(part, related)).length,
  }
}

/** Attachments and inline files, in order. */
export function files(tree: MessageTree): readonly Part[] {
  return contents(tree).files
}

/** Whether a part counts as an attachment by itself: declared as one, or neither text nor multipart nor placed inline. */
export function isAttachment(part: Part): boolean {
  return counts(part, part.contentId !== undefined)
}

function counts(part: Part, related: boolean): boolean {
  if (part.disposition === 'attachment') return true
  const { type } = part.mediaType
  if (type === 'text') return part.filename !== undefined && part.disposition !== 'inline'
  return type !== 'multipart' && !isShownInline(part, related)
}

/** What kind of text a leaf is, if it is one: the first of its kind, or one that follows. */
function bodyKind({ part, related }: Leaf, found: BodyParts): TextKind | undefined {
  if (part.disposition === 'attachment') return undefined
  const kind = textKind(part)
  if (kind === undefined || found[kind] === undefined) return kind
  // The footer that a list adds, a text after a picture. One with a name, of another type, or that the HTML of a
  // multipart/related names, is a file.
  if (part.filename !== undefined || (related && part.contentId !== undefined)) return undefined
  const { type, subtype } = part.mediaType
  return type === 'text' && (subtype === 'plain' || subtype === 'html') ? kind : undefined
}

function textKind({ mediaType: { type, subtype }, filename }: Part): TextKind | undefined {
  // A multipart that could not be taken apart is shown as it stands.
  if (type === 'multipart') return 'text'
  if (type !== 'text') return undefined
  if (subtype === 'html') return 'html'
  if (subtype === 'plain') return 'text'
  return filename === undefined && subtype !== 'calendar' ? 'text' : undefined
}

/** A part of a multipart/related that the HTML refers to, RFC 2387. */
function isShownInline(part: Part, related: boolean): boolean {
  return related && part.disposition !== 'attachment' && (part.contentId !== undefined || part.disposition === 'inline')
}
