import { fc } from './properties.ts'
import { foldAddress } from '../../src/mime/address.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { summarize } from '../../src/mime/summary.ts'
import type { AddressField, Criteria, Term, TextField } from '../../src/query/criteria.ts'
import { messageSubject } from '../../src/query/message-subject.ts'
import type { QuerySubject } from '../../src/query/subject.ts'
import { words } from '../../src/query/words.ts'

/**
 * Random messages and random criteria over one small vocabulary, so that hits are frequent. Whatever answers queries
 * is compared over these with `matches`.
 */

/** Arrivals and the times in criteria lie in the hours after this; evaluate at `randomNow`. Milliseconds since 1970. */
export const randomEpoch = Date.UTC(2026, 10, 23)
export const randomNow = randomEpoch + 24 * 3_600_000

export interface RandomMessage {
  readonly octets: Buffer
  readonly reversePath: string
  readonly forwardPaths: readonly string[]
  readonly user: string | undefined
  readonly arrivedAt: number
  readonly seen: boolean
  readonly flagged: boolean
  readonly keywords: readonly string[]
}

const fragments = [
  'Welcome',
  'welt',
  'wel',
  'WELCOME',
  'invoice',
  'Grüße',
  'GRUSSE',
  'naïve',
  'naive',
  'zebra',
  'zz',
  '12:30',
  '日本語',
  '日',
  'テスト',
  '한국어',
  'ภาษา',
  'हिन्दी',
  'İstanbul',
  'istanbul',
  'ﬁn',
  'fin',
  'Ελλάς',
  '🎉',
  'alice',
  'example.com',
]
const addresses = [
  'alice@example.com',
  'Bob@example.com',
  'bob+tag@test.example',
  'alice@test.example',
  'zoë@example.com',
]
const names = ['Alice', 'Bob Welt', 'Zoë', '日本', '']
const filenames = ['invoice.pdf', 'Welcome naive.txt', '日本.png', 'zz.csv']
const tags = ['billing', 'Urgent', '$Forwarded']
const users = ['app', 'Alice@example.com']
const mediaTypes = ['application/pdf', 'image/png', 'image/gif', 'text/csv']
const extraHeaders = ['X-Mailer', 'X-Tag', 'List-Id']
const messageIds = ['1@example.com', 'two@test.example']

const text = fc.array(fc.constantFrom(...fragments), { maxLength: 5 }).map((chosen) => chosen.join(' '))
const hours = fc.integer({ min: 0, max: 24 }).map((hour) => hour * 3_600_000)
const address = fc.constantFrom(...addresses)
const addressList = fc.array(fc.tuple(fc.constantFrom(...names), address), { maxLength: 3 })

const parts = fc.record({
  headerFrom: addressList,
  headerTo: addressList,
  cc: addressList,
  bcc: addressList,
  subject: fc.option(text),
  encoded: fc.boolean(),
  dated: fc.boolean(),
  messageId: fc.option(fc.constantFrom(...messageIds)),
  extra: fc.array(fc.tuple(fc.constantFrom(...extraHeaders), text), { maxLength: 3 }),
  plain: fc.option(text),
  html: fc.option(text),
  file: fc.option(fc.tuple(fc.constantFrom(...mediaTypes), fc.constantFrom(...filenames), text)),
})

/** A message with its circumstances; it is filed in the INBOX of `all` and of each forward-path. */
export const randomMessage: fc.Arbitrary<RandomMessage> = fc.record({
  octets: parts.map(compose),
  reversePath: fc.oneof(address, fc.constant('')),
  forwardPaths: fc.uniqueArray(address, { minLength: 1, maxLength: 3 }),
  user: fc.option(fc.constantFrom(...users), { nil: undefined }),
  arrivedAt: hours.map((after) => randomEpoch + after),
  seen: fc.boolean(),
  flagged: fc.boolean(),
  keywords: fc.uniqueArray(fc.constantFrom(...tags), { maxLength: 2 }),
})

/** What `matches` is asked about: the message as the account `all` has it. */
export function subjectOf(message: RandomMessage): QuerySubject {
  const read = (start: number, end: number) => message.octets.subarray(start, end)
  const tree = scanMessage(message.octets, {}, { smtpUtf8: false })
  const summary = summarize(tree, read)
  const forwardPaths = message.forwardPaths.map(foldAddress)
  const facts = {
    ...message,
    octets: message.octets.length,
    malformed: tree.defectCount > 0,
    hasAttachment: summary.attachments > 0,
    hasHtml: summary.hasHtml,
    accounts: ['all', ...forwardPaths],
    mailboxes: ['INBOX'],
    messageId: summary.messageId === '' ? undefined : summary.messageId,
    fieldAddresses: summary.fieldAddresses,
    reversePath: foldAddress(message.reversePath),
    forwardPaths,
  }
  return messageSubject(facts, () => ({ tree, read }))
}

/** A record as it comes from an object literal, which is what the parser makes. */
const record = <Model>(model: { [Key in keyof Model]: fc.Arbitrary<Model[Key]> }): fc.Arbitrary<Model> =>
  fc.record(model, { noNullPrototype: true })

const addressField = fc.constantFrom<AddressField>('from', 'to', 'cc', 'bcc', 'rcpt', 'sender', 'addressed')
const textField = fc.oneof(fc.constantFrom<TextField>('any', 'subject', 'body', 'filename'), addressField)

const phrase = fc
  .record({
    found: fc.array(fc.constantFrom(...fragments, ...names, ...filenames, ...addresses), {
      minLength: 1,
      maxLength: 2,
    }),
    start: fc.nat({ max: 3 }),
    length: fc.integer({ min: 1, max: 3 }),
    prefix: fc.boolean(),
    left: fc.integer({ min: 1, max: 8 }),
  })
  .map(({ found, start, length, prefix, left }) => {
    const some = words(found.join(' ')).slice(start, start + length)
    const last = some.pop() ?? 'wel'
    return { words: [...some, prefix ? Array.from(last).slice(0, left).join('') : last], prefix }
  })
  // Cut within a syllable, a word can be other words than itself.
  .filter((phrase) => words(phrase.words.join(' ')).join(' ') === phrase.words.join(' '))

/** One term of any kind. */
export const randomTerm: fc.Arbitrary<Term> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.tuple(textField, phrase).map(([field, some]) => ({ kind: 'words', field, ...some }) as const),
  },
  {
    weight: 3,
    arbitrary: record({ kind: fc.constant('address'), field: addressField, address: address.map(foldAddress) }),
  },
  { weight: 2, arbitrary: fc.oneof(fc.constant({ words: [], prefix: false }), phrase).chain(headerTerm) },
  record({ kind: fc.constant('messageId'), id: fc.constantFrom(...messageIds) }),
  record({
    kind: fc.constant('type'),
    type: fc.constantFrom('text', 'image', 'multipart', 'application'),
    subtype: fc.constantFrom('plain', 'png', 'mixed', undefined),
  }),
  record({
    kind: fc.constant('octets'),
    comparison: fc.constantFrom('larger', 'smaller'),
    octets: fc.oneof(fc.nat({ max: 1500 }), fc.constant(1024)),
  }),
  record({
    kind: fc.constant('arrived'),
    comparison: fc.constantFrom('before', 'after'),
    at: hours.map((after) => randomEpoch + after),
  }),
  record({ kind: fc.constant('age'), comparison: fc.constantFrom('newer', 'older'), ageMs: hours }),
  record({ kind: fc.constant('is'), state: fc.constantFrom('unread', 'read', 'flagged', 'malformed') }),
  record({ kind: fc.constant('has'), what: fc.constantFrom('attachment', 'html') }),
  record({ kind: fc.constant('tag'), tag: fc.constantFrom(...tags, 'BILLING', 'none') }),
  record({ kind: fc.constant('account'), account: fc.oneof(fc.constant('all'), address.map(foldAddress)) }),
  record({ kind: fc.constant('mailbox'), mailbox: fc.constantFrom('INBOX', 'inbox', 'Archive') }),
  record({ kind: fc.constant('user'), user: fc.constantFrom('APP', ...users) }),
)

/** Criteria as the parser could have made them: members of a list are two or more. */
export const randomCriteria: fc.Arbitrary<Criteria> = fc.letrec<{ criteria: Criteria }>((tie) => ({
  criteria: fc.oneof(
    { maxDepth: 4, depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: randomTerm },
    { weight: 1, arbitrary: record({ kind: fc.constant('not'), of: tie('criteria') }) },
    {
      weight: 2,
      arbitrary: record({
        kind: fc.constantFrom('and', 'or'),
        of: fc.array(tie('criteria'), { minLength: 2, maxLength: 3 }),
      }),
    },
  ),
})).criteria

function headerTerm(some: { words: readonly string[]; prefix: boolean }): fc.Arbitrary<Term> {
  const name = fc.constantFrom(...extraHeaders, 'Subject', 'From').map((field) => field.toLowerCase())
  return name.map((name) => ({ kind: 'header', name, ...some }))
}

type Parts = typeof parts extends fc.Arbitrary<infer Value> ? Value : never

function compose(message: Parts): Buffer {
  const unstructured = (value: string): string => (message.encoded && value !== '' ? encodedWord(value) : value)
  const header = [
    listField('From', message.headerFrom, unstructured),
    listField('To', message.headerTo, unstructured),
    listField('Cc', message.cc, unstructured),
    listField('Bcc', message.bcc, unstructured),
    message.subject === null ? '' : `Subject: ${unstructured(message.subject)}`,
    message.dated ? 'Date: Mon, 23 Nov 2026 10:00:00 +0000' : '',
    message.messageId === null ? '' : `Message-ID: <${message.messageId}>`,
    ...message.extra.map(([name, value]) => `${name}: ${unstructured(value)}`),
    'MIME-Version: 1.0',
  ]
  return Buffer.from([...header.filter((line) => line !== ''), ...content(message)].join('\r\n') + '\r\n')
}

function content({ plain, html, file }: Parts): string[] {
  const texts = [
    ...(plain === null ? [] : [leaf('text/plain; charset=utf-8', plain)]),
    ...(html === null ? [] : [leaf('text/html; charset=utf-8', `<p>${html}</p><style>p { color: red }</style>`)]),
  ]
  if (file === null && texts.length === 1) return texts.flat()
  const body = texts.length === 2 ? [multipart('alternative', texts)] : texts
  if (file === null) return body.flat().length === 0 ? ['', ''] : body.flat()
  const [mediaType, filename, inside] = file
  const parameter = `filename*=utf-8''${encodeURIComponent(filename)}`
  return multipart('mixed', [...body, leaf(mediaType, inside, [`Content-Disposition: attachment; ${parameter}`])])
}

function leaf(contentType: string, body: string, fields: readonly string[] = []): string[] {
  const base64 = Buffer.from(body).toString('base64')
  return [`Content-Type: ${contentType}`, 'Content-Transfer-Encoding: base64', ...fields, '', base64]
}

function multipart(subtype: string, children: readonly (readonly string[])[]): string[] {
  const lines = children.flatMap((child) => [`--${subtype}`, ...child])
  return [`Content-Type: multipart/${subtype}; boundary=${subtype}`, '', ...lines, `--${subtype}--`]
}

function listField(
  name: string,
  list: readonly (readonly [string, string])[],
  encode: (text: string) => string,
): string {
  if (list.length === 0) return ''
  return `${name}: ${list.map(([display, address]) => `${encode(display)} <${address}>`).join(', ')}`
}

// One encoded word of all of it, RFC 2047 §2; longer than 75 octets, which readers take.
function encodedWord(value: string): string {
  return `=?utf-8?B?${Buffer.from(value).toString('base64')}?=`
}
