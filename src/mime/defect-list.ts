import type { Defect, DefectCode } from './tree.ts'

/** How many defects a tree lists; `MessageTree.defects`. */
const listed = 100
/** Of one kind, so that a thousand bare LFs do not hide the one missing boundary. */
const listedPerCode = 10

/** Collects defects while a message is scanned: counts all, keeps the first few of each kind. */
export class DefectList {
  readonly #kept: Defect[] = []
  readonly #counts = new Map<DefectCode, number>()
  #count = 0

  /** How many were added. */
  get count(): number {
    return this.#count
  }

  /** `figure` is the number or name that the text quotes. */
  add(code: DefectCode, offset: number, figure: number | string = ''): void {
    this.#count++
    const before = this.#counts.get(code) ?? 0
    this.#counts.set(code, before + 1)
    if (before < listedPerCode) this.#kept.push({ code, offset, text: defectText(code, figure) })
  }

  /** At most 100: the first of every kind come first where there are more; in order of offset. */
  list(): readonly Defect[] {
    return this.#kept.sort((a, b) => a.offset - b.offset).slice(0, listed)
  }
}

/** One sentence for people. `figure` is a count, a length or a short quotation, by code. */
export function defectText(code: DefectCode, figure: number | string = ''): string {
  return texts[code].replace('{}', () => shown(figure))
}

function shown(figure: number | string): string {
  if (typeof figure === 'number') return figure.toLocaleString('en-US')
  const printable = figure.replace(/[^\x20-\x7e]/g, '?')
  return printable.length > 60 ? `${printable.slice(0, 60)}…` : printable
}

const texts: Record<DefectCode, string> = {
  'bare-cr': 'CR without LF after it; lines end with CRLF.',
  'bare-lf': 'LF without CR before it; lines end with CRLF.',
  nul: 'NUL octet; only binary parts sent with BINARYMIME may hold one.',
  'long-line': 'Line of {} octets; the limit is 998.',
  'no-final-crlf': 'The last line does not end with CRLF.',
  'empty-message': 'The message has no octets.',
  'missing-header-end': 'No empty line between header and body.',
  'header-not-a-field': 'Header line that is neither a field nor the continuation of one.',
  'header-too-large': 'The header is larger than the limit of {}; the rest of it is kept raw.',
  'header-8bit': 'Octets above 127 in the header that are not valid UTF-8; read as {}.',
  'header-utf8': 'Field {} holds raw UTF-8, and the message was sent without SMTPUTF8.',
  'hidden-control': 'A name or subject holds a character that is not seen: {}.',
  'missing-date': 'No Date field; every message must have one.',
  'missing-from': 'No From field; every message must have one.',
  'duplicate-field': 'Field {} stands more than once; one is allowed.',
  'bad-date': 'The Date field cannot be read as a date.',
  'bad-address': 'Field {} holds something that is not an address.',
  'bad-encoded-word': 'Field {} holds an encoded word that cannot be decoded.',
  'bad-message-id': 'The Message-ID field is not of the form <left@right>.',
  'bad-content-type': 'The Content-Type field cannot be read; taken as {}.',
  'bad-parameter': 'Parameters of field {} break the syntax.',
  'too-many-parameters': 'More than {} parameters in one field; the rest is ignored.',
  'bad-transfer-encoding': 'Transfer encoding {} is unknown or not allowed here.',
  'bad-charset': 'Charset {} is unknown.',
  'bad-text': 'Octets that are not valid in charset {}.',
  'missing-boundary': 'Multipart without a boundary parameter; shown as it stands.',
  'unclosed-boundary': 'The closing boundary of a multipart is missing.',
  'empty-multipart': 'Multipart without any part.',
  'too-deep': 'Nested deeper than {} levels; the rest is one leaf.',
  'too-many-parts': 'More than {} parts; the rest is one leaf.',
  'too-many-addresses': 'Field {} holds too many addresses; the first are shown.',
  '8bit-body': 'Octets above 127 in a body that declares 7bit.',
  unparsed: 'The message could not be parsed. Its octets are as they were sent.',
}
