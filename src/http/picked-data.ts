/** Data for a template, picked from a captured message as a rule of the configuration says. */
import { decodeUnstructured, fieldBody } from '../mime/header.ts'
import type { MessageSummary, StoredMessage } from '../store/message.ts'
import type { JsonValue, TemplateData } from '../templates/engine.ts'
import type { DataPick, PickSource } from '../templates/tie-rule.ts'
import type { OpenMessage } from './message-content.ts'
import { sentHtml, textBody } from './message-text.ts'

/** Objects have no prototype: a place may have any name. What is not in the message is left out. TPL-1. */
export async function pickedData(
  picks: Readonly<Record<string, DataPick>>,
  stored: StoredMessage,
  message: OpenMessage,
): Promise<TemplateData> {
  const data = Object.create(null) as Record<string, JsonValue>
  const texts = new Map<PickSource, Promise<string | undefined>>()
  for (const [place, pick] of Object.entries(picks)) {
    const { from, after, before } = typeof pick === 'string' ? { from: pick } : pick
    const text = texts.get(from) ?? sourceText(from, stored.summary, message)
    texts.set(from, text)
    const value = between(await text, after, before)
    if (value !== undefined) put(data, place.split('.'), value)
  }
  return data
}

type Read = (summary: MessageSummary, message: OpenMessage) => string | undefined | Promise<string | undefined>

const reads: Readonly<Record<Exclude<PickSource, `header:${string}`>, Read>> = {
  subject: ({ subject }) => subject,
  from: ({ from }) => from.address,
  'from-name': ({ from }) => from.name,
  to: ({ to }) => to[0]?.address,
  'to-name': ({ to }) => to[0]?.name,
  rcpt: ({ forwardPaths }) => forwardPaths[0],
  'message-id': ({ messageId }) => messageId,
  date: ({ date, arrivedAt }) => new Date(date ?? arrivedAt).toISOString(),
  text: async (_, message) => (await textBody(message))?.text,
  html: async (_, message) => (await sentHtml(message))?.text,
}

async function sourceText(
  source: PickSource,
  summary: MessageSummary,
  message: OpenMessage,
): Promise<string | undefined> {
  if (!isHeader(source)) return reads[source](summary, message)
  const body = fieldBody(message.tree.root, source.slice('header:'.length))
  return body === undefined ? undefined : decodeUnstructured(body)
}

const isHeader = (source: PickSource): source is `header:${string}` => source.startsWith('header:')

function between(text: string | undefined, after = '', before?: string): string | undefined {
  const found = text === undefined ? -1 : text.indexOf(after)
  if (text === undefined || found < 0) return undefined
  const start = found + after.length
  const end = before === undefined ? text.length : text.indexOf(before, start)
  return end < 0 ? undefined : text.slice(start, end).trim()
}

function put(data: Record<string, JsonValue>, path: readonly string[], value: string): void {
  let object = data
  for (const name of path.slice(0, -1)) {
    const inner = (object[name] ?? Object.create(null)) as Record<string, JsonValue>
    object[name] = inner
    object = inner
  }
  object[path.at(-1) ?? ''] = value
}
