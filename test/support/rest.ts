import { createHash } from 'node:crypto'
import type { WireMessage, WirePage, WireSummary } from '../../src/http/wire-types.ts'

/** All that REST lists, page by page, newest first. */
export async function allMessages(url: string): Promise<WireSummary[]> {
  const found: WireSummary[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await pageOf(url, cursor === '' ? 'limit=1000' : `limit=1000&cursor=${encodeURIComponent(cursor)}`)
    found.push(...page.messages)
    cursor = page.next
  }
  return found
}

/** One page of the list. @param query as in the address: `limit=50`. */
export async function pageOf(url: string, query = ''): Promise<WirePage> {
  const answer = await fetch(`${url}/api/messages?${query}`)
  if (answer.status !== 200) throw new Error(`the list answers ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as WirePage
}

export interface Inspected {
  /** Of the octets, computed here. */
  readonly sha256: string
  /** In words, where two surfaces do not agree; empty when all do. */
  readonly faults: readonly string[]
}

/** Reads a message that was listed on its other surfaces. */
export async function inspect(url: string, { key, octets }: Pick<WireSummary, 'key' | 'octets'>): Promise<Inspected> {
  const [message, raw] = await Promise.all([
    fetch(`${url}/api/messages/${key}`),
    fetch(`${url}/api/messages/${key}/raw`),
  ])
  const [body, content] = await Promise.all([message.text(), raw.arrayBuffer().then((octets) => Buffer.from(octets))])
  const sha256 = createHash('sha256').update(content).digest('hex')
  if (message.status !== 200 || raw.status !== 200) {
    return { sha256, faults: [`${key} is listed, and is answered ${message.status} and ${raw.status}`] }
  }
  const told = JSON.parse(body) as WireMessage
  const faults = [
    ...(content.length === octets ? [] : [`${key} has ${content.length} octets, and ${octets} are listed`]),
    ...(told.sha256 === sha256 ? [] : [`${key} has another hash than is told`]),
  ]
  return { sha256, faults }
}

/** Inspects everything. @returns SHA-256 by key. @throws when two surfaces of a message do not agree. */
export async function inspectAll(url: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const summary of await allMessages(url)) {
    const { sha256, faults } = await inspect(url, summary)
    if (faults.length > 0) throw new Error(faults.join('\n'))
    found.set(summary.key, sha256)
  }
  return found
}
