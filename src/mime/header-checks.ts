/** What RFC 5322 §3.6 asks of the header of a message, as defects. */
import { parseAddressList } from './address.ts'
import type { DecodingBudget } from './charset.ts'
import { parseDate } from './date.ts'
import type { DefectList } from './defect-list.ts'
import { decodeWords } from './encoded-word.ts'
import { decodeUnstructured, unfold } from './header.ts'
import { hiddenControl } from './hidden-controls.ts'
import { isMessageId } from './message-id.ts'
import { asUtf8, charsetRead, rawOctets } from './raw-header.ts'
import type { HeaderField, MimeLimits, Part } from './tree.ts'

type Check = (field: HeaderField, limits: MimeLimits, defects: DefectList) => void

/** Fields that stand at most once (RFC 5322 §3.6, RFC 2045 §3), each with what is looked at in it. */
const checks: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['date', checkDate],
  ['from', checkAddresses],
  ['sender', checkAddresses],
  ['reply-to', checkAddresses],
  ['to', checkAddresses],
  ['cc', checkAddresses],
  ['bcc', checkAddresses],
  ['message-id', checkMessageId],
  ['subject', () => undefined],
  ['in-reply-to', () => undefined],
  ['references', () => undefined],
  ['mime-version', () => undefined],
  ['content-type', () => undefined],
  ['content-transfer-encoding', () => undefined],
  ['content-disposition', () => undefined],
  ['content-id', () => undefined],
])
const longestName = 25

/** Looks at the header of the message itself, not at those of its parts. */
export function checkHeader({ header, start, end }: Part, limits: MimeLimits, defects: DefectList): void {
  const seen = new Set<string>()
  const budget = { left: 1_000 }
  for (const field of header) {
    checkWords(field, budget, defects)
    if (field.name.length > longestName) continue
    const name = field.name.toLowerCase()
    const check = checks.get(name)
    if (check === undefined) continue
    if (seen.has(name)) defects.add('duplicate-field', field.start, field.name)
    else check(field, limits, defects)
    seen.add(name)
  }
  if (start === end) return
  if (!seen.has('date')) defects.add('missing-date', start)
  if (!seen.has('from')) defects.add('missing-from', start)
}

/** What is known of the way a message came. */
export interface Sending {
  /** Whether the client said SMTPUTF8; undefined where it came by another way than SMTP. */
  readonly smtpUtf8?: boolean
}

/** Octets above 127 in the headers of all parts: RFC 6532 §3.2 allows UTF-8, where RFC 6531 §3.4 announced it. */
export function checkOctets(parts: Iterable<Part>, { smtpUtf8 }: Sending, defects: DefectList): void {
  for (const { header, headerCharset } of parts) {
    for (const { name, body, start } of header) {
      const octets = rawOctets(body)
      if (octets === 'other') defects.add('header-8bit', start, charsetRead(body, headerCharset))
      if (octets === 'utf-8' && smtpUtf8 === false) defects.add('header-utf8', start, name)
    }
  }
}

/** Fields that people read to know what a message is and whom it is from. */
const readByPeople = new Set(['subject', 'from', 'sender', 'reply-to', 'to', 'cc', 'bcc'])
/** Characters of a field that are looked at. */
const lookedAt = 8_000

/** What a sender can hide in the subject, in names and in addresses; and in the names of files. */
export function checkHiddenControls(root: Part, parts: Iterable<Part>, defects: DefectList): void {
  const budget = { left: 1_000 }
  for (const { name, body, start } of root.header) {
    const plain = !/[\x80-\xff]|=\?/.test(body)
    if (plain || name.length > longestName || !readByPeople.has(name.toLowerCase())) continue
    const found = hiddenControl(decodeUnstructured(asUtf8(body.slice(0, lookedAt), root.headerCharset), budget))
    if (found !== undefined) defects.add('hidden-control', start, found)
  }
  for (const { filename, start } of parts) {
    const found = filename === undefined ? undefined : hiddenControl(filename)
    if (found !== undefined) defects.add('hidden-control', start, found)
  }
}

/** RFC 2047 wants words that decode. */
function checkWords({ name, body, start }: HeaderField, budget: DecodingBudget, defects: DefectList): void {
  if (body.includes('=?') && decodeWords(unfold(body), budget).bad) defects.add('bad-encoded-word', start, name)
}

function checkDate({ body, start }: HeaderField, _limits: MimeLimits, defects: DefectList): void {
  if (parseDate(body) === undefined) defects.add('bad-date', start)
}

function checkMessageId({ body, start }: HeaderField, _limits: MimeLimits, defects: DefectList): void {
  if (!isMessageId(body)) defects.add('bad-message-id', start)
}

function checkAddresses({ name, body, start }: HeaderField, limits: MimeLimits, defects: DefectList): void {
  const { malformed, truncated } = parseAddressList(body, limits.addresses)
  if (malformed) defects.add('bad-address', start, name)
  if (truncated) defects.add('too-many-addresses', start, name)
}
