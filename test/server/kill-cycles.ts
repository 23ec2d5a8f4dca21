import assert from 'node:assert/strict'
import { freePorts, startCommand, temporaryFolder } from '../support/command.ts'
import { Ledger, startLoad } from '../support/load.ts'
import { inspectAll } from '../support/rest.ts'

/** Connections that send while the server is killed. */
const sessions = 20

/** What is left after the last kill. */
export interface Survivor {
  readonly ledger: Ledger
  /** SHA-256 by key. */
  readonly found: ReadonlyMap<string, string>
  /** Address of REST of the server that runs on the same folder. */
  readonly url: string
}

/**
 * Starts a server, loads it, kills it where it stands, and again, on the same folder; what REST shows is compared with
 * what was acknowledged after each kill.
 * @param report is told how long each start took.
 */
export async function killCycles(kills: number, report: (text: string) => void): Promise<Survivor> {
  const data = temporaryFolder()
  const ledger = new Ledger()
  for (let kill = 0; ; kill++) {
    const start = performance.now()
    const server = await startCommand(['--data', data, ...freePorts])
    const startMs = Math.round(performance.now() - start)
    const found = await inspectAll(server.url)
    report(`start ${kill}: ready after ${startMs} ms with ${found.size} messages`)
    assert.deepEqual(ledger.faultsOf(found), [], `after kill ${kill}`)
    // Each connection may have had one message on its way that was stored, and not acknowledged any more.
    assert.ok(found.size <= ledger.acknowledged.size + kill * sessions)
    if (kill === kills) return { ledger, found, url: server.url }
    const load = startLoad({ port: server.port('smtp'), ledger, sessions })
    await ledger.more(20 + ((kill * 37) % 90))
    await server.end('SIGKILL')
    await load.over
  }
}
