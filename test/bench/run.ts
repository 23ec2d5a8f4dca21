import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { browsing } from './browser.ts'
import { filled } from './filled.ts'
import { large, steady } from './latency.ts'
import { hasSmtpSource } from './load.ts'
import { savesToBrowser } from './save-to-browser.ts'
import type { Peer } from './servers.ts'
import { starting } from './start.ts'
import { failure, printTable, type Row } from './table.ts'
import { templatesToBrowser } from './templates-to-browser.ts'
import { throughput } from './throughput.ts'

/**
 * npm run bench -- [--peers FILE] [--template-peers DIR] [--rounds N] [--messages N]
 *                  [--only start,throughput,steady,large,browser,save,templates,filled]
 *
 * FILE lists other servers to run in turn with ours (`servers.ts`, Peer): their ratios are printed where they run.
 * DIR has the template tools of others (`template-peers.ts`): `stuntmail-peers` in the folder for temporary files.
 */
const { values } = parseArgs({
  options: {
    peers: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    'template-peers': { type: 'string', default: join(tmpdir(), 'stuntmail-peers') },
    messages: { type: 'string', default: '100000' },
  },
})
const peers = values.peers && existsSync(values.peers) ? (JSON.parse(readFileSync(values.peers, 'utf8')) as Peer[]) : []
const say = (text: string): void => void process.stderr.write(`… ${text}\n`)
const sections: Readonly<Record<string, () => Promise<Row[]>>> = {
  start: () => starting(say),
  throughput: () => throughput(peers, Number(values.rounds), say),
  steady: () => steady(say),
  large: () => large(say),
  browser: () => browsing(peers, say),
  save: () => savesToBrowser(say),
  templates: () => templatesToBrowser(values['template-peers'], say),
  filled: () => filled(Number(values.messages), say),
}
say(`load by ${hasSmtpSource() ? 'smtp-source' : 'our own generator (smtp-source of Postfix is not installed)'}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const rows: Row[] = []
for (const [name, section] of Object.entries(sections)) {
  if (values.only && !values.only.split(',').includes(name)) continue
  try {
    rows.push(...(await section()))
  } catch (error) {
    // The other figures took minutes: they are printed all the same.
    console.error(error)
    rows.push(failure(`section ${name}`, error))
    process.exitCode = 1
  }
}
printTable(rows)
// Not when all is closed: a section that failed may have left a handle open.
process.exit()
