import { createHash } from 'node:crypto'
import { LineClient } from './line-client.ts'

/** What a server acknowledged, and what it was sent. */
export class Ledger {
  /** SHA-256 by key. */
  readonly acknowledged = new Map<string, string>()
  /** SHA-256 of every message whose content was sent, in part at least. */
  readonly sent = new Set<string>()
  readonly #waiting = new Set<() => void>()

  acknowledge(key: string, sha256: string): void {
    this.acknowledged.set(key, sha256)
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }

  /** Resolves when so many more have been acknowledged. */
  async more(count: number): Promise<void> {
    const goal = this.acknowledged.size + count
    while (this.acknowledged.size < goal) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  /** What is wrong with what the server has: SHA-256 of the octets by key. Empty when nothing is. */
  faultsOf(found: ReadonlyMap<string, string>): string[] {
    const wrong = [...this.acknowledged].flatMap(([key, sha256]) => {
      const there = found.get(key)
      if (there === undefined) return [`${key} was acknowledged and is lost`]
      return there === sha256 ? [] : [`${key} is not what was sent`]
    })
    const foreign = [...found].filter(([, sha256]) => !this.sent.has(sha256)).map(([key]) => `${key} was never sent`)
    const twice = found.size - new Set(found.values()).size
    return [...wrong, ...foreign, ...(twice > 0 ? [`${twice} are there twice`] : [])]
  }
}

export interface LoadOptions {
  readonly port: number
  readonly ledger: Ledger
  /** Connections at a time. Default 20. */
  readonly sessions?: number
  /** Octets of the messages, in turn. Default: 1 kB to 5 MB, small ones mostly. */
  readonly sizes?: readonly number[]
}

export interface Load {
  /** Each connection ends after the message that it is sending. */
  stop(): Promise<void>
  /** All connections are over: stopped, or ended by the server. */
  readonly over: Promise<void>
}

const kinds = [1_000, 2_000, 4_000, 60_000, 1_000, 5_000, 1_000, 20_000, 3_000, 300_000]
const sizesOfLoad = Array.from({ length: 40 }, (_, i) => (i === 17 ? 5_000_000 : (kinds[i % kinds.length] ?? 1_000)))

/** Sends messages, no two alike, as fast as they are taken, and enters in the ledger what was acknowledged. */
export function startLoad({ port, ledger, sessions = 20, sizes = sizesOfLoad }: LoadOptions): Load {
  const run = { port, ledger, sizes, stopped: false, count: 0 }
  const over = Promise.all(Array.from({ length: sessions }, () => sendMany(run))).then(() => undefined)
  return {
    over,
    stop() {
      run.stopped = true
      return over
    },
  }
}

interface Run extends Required<Pick<LoadOptions, 'port' | 'ledger' | 'sizes'>> {
  stopped: boolean
  count: number
}

async function sendMany(run: Run): Promise<void> {
  const client = await LineClient.connect(run.port)
  await client.reply()
  await client.command('EHLO client.test')
  while (!run.stopped && (await sendOne(client, run)));
  client.destroy()
}

/** @returns false when the server did not take it. */
async function sendOne(client: LineClient, run: Run): Promise<boolean> {
  for (const line of ['MAIL FROM:<ann@example.com>', 'RCPT TO:<bob@example.com>', 'DATA']) {
    if (!/^[23]/.test(await client.command(line))) return false
  }
  const octets = filledMessage(`${run.port}x${run.count}`, run.sizes[run.count++ % run.sizes.length] ?? 1_000)
  const sha256 = createHash('sha256').update(octets).digest('hex')
  run.ledger.sent.add(sha256)
  await client.send(octets)
  const key = keyIn(await client.command('.'))
  if (key === undefined) return false
  run.ledger.acknowledge(key, sha256)
  return true
}

/** The key that a reply to a message names; undefined for any other reply. */
export function keyIn(reply: string): string | undefined {
  const words = '250 2.0.0 Stored as '
  return reply.startsWith(words) ? reply.slice(words.length) : undefined
}

/** A message that says its mark in its first line and in each further one, of about so many octets. */
export function filledMessage(mark: string, octets: number): Buffer {
  const header = `Subject: mark-${mark}\r\nFrom: ann@example.com\r\nTo: bob@example.com\r\n\r\n`
  const line = `${mark} `.repeat(80).slice(0, 76) + '\r\n'
  return Buffer.from(header + line.repeat(Math.ceil(Math.max(0, octets - header.length) / line.length)))
}
