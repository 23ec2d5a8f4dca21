/** A rendering as the message that would go out. */
import { randomUUID } from 'node:crypto'
import { parseAddressList, type Mailbox } from '../mime/address.ts'
import { compose, ComposeError } from '../mime/compose.ts'
import type { TemplateData } from '../templates/engine.ts'
import type { Rendering } from '../templates/rendering.ts'
import { HttpProblem } from './problem.ts'

export interface MessageOptions {
  /** Not empty. */
  readonly to: readonly string[]
  /** Milliseconds since 1970. */
  readonly date: number
  /** What it was rendered with, where that is no fixture. */
  readonly data?: TemplateData
}

export interface RenderedMessage {
  readonly reversePath: string
  readonly octets: Uint8Array
}

/** Who writes where the template does not say it. */
const defaultFrom: Mailbox = { name: 'Template preview', address: 'preview@stuntmail.localhost' }
/** Characters of a word in the field that carries data; folding happens between words. */
const dataWordLength = 60

/** @throws HttpProblem 422 where there is nothing current to send, or it does not fit into a message. */
export function renderingMessage(rendering: Rendering, { to, date, data }: MessageOptions): RenderedMessage {
  assertCurrent(rendering)
  const { html, text, subject } = rendering
  const from = fromOf(rendering)
  const octets = composed({
    from,
    to: to.map((address) => ({ name: '', address })),
    subject: oneLine(subject),
    ...(html === '' ? {} : { html }),
    ...(text === '' ? {} : { text }),
    headers: originFields(rendering, data),
    date,
    messageId: `${randomUUID()}@stuntmail.localhost`,
  })
  return { reversePath: from.address, octets }
}

/**
 * What an earlier save made is not handed out: that would say that the template works.
 * @throws HttpProblem 422 with what is wrong, and where.
 */
export function assertCurrent({ stale, html, text, diagnostics }: Rendering): void {
  const failure = diagnostics.find(({ severity }) => severity === 'error')
  if (!stale && (failure === undefined || html !== '' || text !== '')) return
  const { message = 'it has not been rendered', file, line } = failure ?? {}
  const place = file === undefined ? '' : ` (${file}${line === undefined ? '' : `:${line}`})`
  throw new HttpProblem(422, 'Not rendered', `The template fails: ${message}${place}`)
}

function fromOf({ from }: Rendering): Mailbox {
  const { mailboxes, malformed } = parseAddressList(oneLine(from), 2)
  const [only, more] = mailboxes
  return only === undefined || more !== undefined || malformed ? defaultFrom : only
}

/** What names the template to whoever finds the message, so that it can be rendered again. */
function originFields({ id }: Rendering, data: TemplateData | undefined): { name: string; value: string }[] {
  const fields = [{ name: 'X-Stuntmail-Template', value: id.template }]
  if (data === undefined) fields.push({ name: 'X-Stuntmail-Fixture', value: id.fixture })
  else fields.push({ name: 'X-Stuntmail-Data', value: dataWords(data) })
  if (id.locale !== '') fields.push({ name: 'X-Stuntmail-Locale', value: id.locale })
  return fields
}

function dataWords(data: TemplateData): string {
  const base64url = Buffer.from(JSON.stringify(data)).toString('base64url')
  const words: string[] = []
  for (let at = 0; at < base64url.length; at += dataWordLength) words.push(base64url.slice(at, at + dataWordLength))
  return words.join(' ')
}

function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex -- what a field cannot hold
  return text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim()
}

function composed(message: Parameters<typeof compose>[0]): Uint8Array {
  try {
    return compose(message)
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error
    throw new HttpProblem(422, 'No message', `It does not fit into a message: ${error.message}`, { cause: error })
  }
}
