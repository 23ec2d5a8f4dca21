import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTransport } from 'nodemailer'
import { rate } from './load.ts'
import { residentMB, startOurs, startPeer, type Peer, type Running } from './servers.ts'
import { atLeast, atMost, figure, median, shown, type Row } from './table.ts'

/** Servers in turn, round by round, so that the ratios hold when the machine's speed drifts. */
interface Result {
  readonly reused: number[]
  readonly fresh: number[]
  readonly single: number[]
  readonly ready: number[]
  readonly idle: number[]
  readonly after: number[]
}

const bare: Peer = {
  name: 'bare smtp-server',
  cmd: [process.execPath, '--import', 'tsx', 'test/bench/bare-smtp-server.ts', '22125'],
  smtp: 22125,
  new: 500,
}

export async function throughput(peers: readonly Peer[], rounds: number, say: (text: string) => void): Promise<Row[]> {
  const results = new Map<string, Result>()
  for (let round = 0; round < rounds; round++) {
    for (const peer of [undefined, bare, ...peers]) {
      const data = mkdtempSync(join(tmpdir(), 'stuntmail-bench-'))
      const server = peer ? await startPeer(peer) : await startOurs([], data)
      say(`round ${round + 1} of ${rounds}: ${server.name}`)
      try {
        await measure(server, peer, resultOf(results, server.name))
      } finally {
        await server.stop()
        rmSync(data, { recursive: true, force: true })
      }
    }
  }
  return rowsOf(results)
}

async function measure(server: Running, peer: Peer | undefined, result: Result): Promise<void> {
  result.ready.push(server.readyMs)
  result.single.push(await singleSend(server.smtp))
  result.idle.push(residentMB(server.pid))
  const shape = { port: server.smtp, sessions: 20, octets: 5120 }
  result.fresh.push(await rate({ ...shape, messages: peer?.new ?? 2000, fresh: true }))
  result.reused.push(await rate({ ...shape, messages: peer?.n ?? 10_000 }))
  result.after.push(residentMB(server.pid))
}

/** Connect, send, quit, by nodemailer; ms, median of 30 after 5. */
export async function singleSend(port: number): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 35; i++) {
    const start = performance.now()
    const transport = createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true })
    await transport.sendMail({
      from: 'a@example.com',
      to: 'b@example.com',
      subject: `one ${i}`,
      text: 'x'.repeat(2000),
    })
    transport.close()
    times.push(performance.now() - start)
  }
  return median(times.slice(5))
}

function resultOf(results: Map<string, Result>, name: string): Result {
  const result = results.get(name) ?? { reused: [], fresh: [], single: [], ready: [], idle: [], after: [] }
  results.set(name, result)
  return result
}

function rowsOf(results: ReadonlyMap<string, Result>): Row[] {
  const rows: Row[] = []
  for (const [name, { reused, fresh, single, ready, idle, after }] of results) {
    const numbers = [reused, fresh].map((each) => shown(median(each))).join(', ')
    rows.push(
      figure(
        `${name}: reused, new connections; one send; ready; idle, after`,
        `${numbers} msg/s; ${shown(median(single))} ms; ${shown(median(ready))} ms; ${shown(median(idle))}, ${shown(median(after))} MB`,
      ),
    )
  }
  const ours = results.get('stuntmail')
  const against = (what: keyof Result, name: string, least: number, label: string): void => {
    const other = results.get(name)
    if (!ours || !other) return
    const ratios = ours[what].map((value, i) => value / (other[what][i] ?? Number.NaN))
    rows.push(atLeast(label, median(ratios), least, `× ${name}`))
  }
  against('reused', 'mailpit', 3, '5 kB, 20 reused connections')
  against('reused', 'greenmail', 1.5, '5 kB, 20 reused connections')
  against('reused', 'bare smtp-server', 0.6, '5 kB, 20 reused connections')
  against('fresh', 'mailpit', 1.5, '5 kB, a new connection each')
  const mailpit = results.get('mailpit')
  if (ours && mailpit)
    rows.push(
      atMost('one fresh send, against Mailpit', median(ours.single), Number(median(mailpit.single).toFixed(1)), 'ms'),
    )
  return rows
}
