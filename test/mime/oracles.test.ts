import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simpleParser, type AddressObject, type EmailAddress } from 'mailparser'
import PostalMime, { type Address } from 'postal-mime'
import { decodeBody, decodeText } from '../../src/mime/body.ts'
import { contents } from '../../src/mime/parts.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { summarize } from '../../src/mime/summary.ts'
import { corpus, readerOf } from './corpus.ts'

/** What all three parsers can be asked. Addresses as `name <address>`, files as `name hex`. */
interface Answer {
  subject: string
  from: string
  to: string
  text: string
  html: string
  files: string
}

/** The TextDecoder of Node 20, which postal-mime uses, reads octets 80 to 9F as control characters. */
const oldDecoder = new TextDecoder('windows-1252').decode(Uint8Array.of(0x80)) !== '€'

/** Where an oracle is known to answer otherwise, and why we do not. */
const deviations: Record<string, Partial<Record<'postalMime' | 'mailparser', (keyof Answer)[]>>> = {
  // An oracle without the charset, or without UTF-7, or that cannot join a uuencoded file.
  'legacy/cp850': { postalMime: ['text'] },
  'legacy/utf-7': { postalMime: ['text'], mailparser: ['text'] },
  'legacy/uuencode': { postalMime: ['files'], mailparser: ['files'] },
  // A quoted local part keeps its quotes here; a comment before an address is no name of another mailbox.
  'malformed/address-confusion': { postalMime: ['to'] },
  // CR alone ends a line for people, so it is shown as one.
  'malformed/bare-cr': { postalMime: ['text'], mailparser: ['text'] },
  'malformed/only-cr': { postalMime: ['from'], mailparser: ['from'] },
  // What has no structure that can be read is shown as it stands; the oracles show nothing.
  'malformed/no-boundary': { postalMime: ['text'], mailparser: ['text'] },
  'malformed/no-header': { postalMime: ['text'], mailparser: ['text'] },
  // Escapes and comments inside an addr-spec; routes and white space of the obsolete syntax.
  'rfc/comments': { postalMime: ['from'] },
  'rfc/obsolete': { postalMime: ['to'], mailparser: ['from', 'to'] },
  // Messages inside are files here; the oracles put their text into that of the message around them.
  'rfc/digest': { postalMime: ['text', 'files'], mailparser: ['text', 'files'] },
  'rfc/nested': { postalMime: ['text', 'html', 'files'] },
  'rfc/nested-plain': { postalMime: ['text', 'files'] },
  ...(oldDecoder && {
    'clients/php': { postalMime: ['html'] },
    'legacy/windows-1252': { postalMime: ['subject', 'text'] },
  }),
  'rfc/dsn': { mailparser: ['text', 'files'] },
}

function ours(octets: Buffer): Answer {
  const tree = scanMessage(octets)
  const read = readerOf(octets)
  const { subject, from, to } = summarize(tree, read)
  const { text, html, files } = contents(tree)
  return {
    subject,
    from: shown(from),
    to: to.map(shown).join(', '),
    text: text ? decodeText(text, read).text.trim() : '',
    html: html ? decodeText(html, read).text.trim() : '',
    files: files.map((part) => file(part.filename, decodeBody(part, read))).join(', '),
  }
}

async function postalMime(octets: Buffer): Promise<Answer> {
  const email = await PostalMime.parse(octets)
  const all = (list: Address[] = []): string[] => list.flatMap((one) => one.group ?? [one]).map(shown)
  return {
    subject: email.subject ?? '',
    from: all(email.from ? [email.from] : [])[0] ?? ' <>',
    to: [...all(email.to), ...all(email.cc)].join(', '),
    text: email.text?.trim() ?? '',
    html: email.html?.trim() ?? '',
    files: email.attachments.map(({ filename, content }) => file(filename ?? undefined, content)).join(', '),
  }
}

async function mailparser(octets: Buffer): Promise<Answer> {
  const mail = await simpleParser(octets, { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true })
  const flat = (list: EmailAddress[] = []): string[] => list.flatMap((one) => one.group ?? [one]).map(shown)
  const all = (field: AddressObject | AddressObject[] | undefined): string[] =>
    (Array.isArray(field) ? field : [field]).flatMap((one) => flat(one?.value))
  return {
    subject: mail.subject ?? '',
    from: all(mail.from)[0] ?? ' <>',
    to: [...all(mail.to), ...all(mail.cc)].join(', '),
    text: mail.text?.trim() ?? '',
    html: (mail.html || '').trim(),
    files: mail.attachments.map(({ filename, content }) => file(filename, content)).join(', '),
  }
}

function shown({ name, address = '' }: { readonly name: string; readonly address?: string | undefined }): string {
  return `${name} <${address}>`
}

/** Texts among the files come from the oracles with LF, and without what stands before a boundary. */
function file(filename: string | undefined, content: string | ArrayBuffer | Uint8Array): string {
  const octets = typeof content === 'string' ? Buffer.from(content) : Buffer.from(new Uint8Array(content))
  return `${filename ?? ''} ${octets.toString('latin1').replaceAll('\r\n', '\n').trimEnd()}`
}

for (const { name, octets } of corpus) {
  test(`${name}: agrees with postal-mime and mailparser`, async () => {
    const answer = ours(octets)
    for (const [oracle, ask] of [
      ['postalMime', postalMime],
      ['mailparser', mailparser],
    ] as const) {
      const known = deviations[name]?.[oracle] ?? []
      const theirs = await ask(octets)
      for (const key of Object.keys(answer) as (keyof Answer)[]) {
        // A deviation that is gone has to go from the table too.
        if (known.includes(key)) assert.notEqual(answer[key], theirs[key], `${oracle} ${key}`)
        else assert.equal(answer[key], theirs[key], `${oracle} ${key}`)
      }
    }
  })
}

test('every message of the table of deviations exists', () => {
  const names = new Set(corpus.map(({ name }) => name))
  for (const name of Object.keys(deviations)) assert.ok(names.has(name), name)
})
