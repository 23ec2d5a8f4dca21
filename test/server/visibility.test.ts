import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, describe, it } from 'node:test'
import { freePorts, startCommand } from '../support/command.ts'
import { Ledger, startLoad } from '../support/load.ts'
import { allMessages, inspect, pageOf } from '../support/rest.ts'

describe('while mail arrives (REL-4)', () => {
  it('whatever is listed is whole on every surface', async () => {
    const server = await startCommand(['--memory', ...freePorts])
    const ledger = new Ledger()
    const load = startLoad({
      port: server.port('smtp'),
      ledger,
      sizes: [1_000, 3_000, 2_000, 40_000, 1_000, 5_000, 1_300_000],
    })
    let arriving = true
    const seen = new Set<string>()
    const faults: string[] = []
    const readTheNewest = async (): Promise<void> => {
      while (arriving) {
        for (const summary of (await pageOf(server.url, 'limit=20')).messages) {
          if (seen.has(summary.key)) continue
          seen.add(summary.key)
          const { sha256, faults: found } = await inspect(server.url, summary)
          faults.push(...found, ...(ledger.sent.has(sha256) ? [] : [`${summary.key} was never sent`]))
        }
      }
    }
    const listAll = async (): Promise<void> => {
      while (arriving) {
        const due = [...ledger.acknowledged.keys()]
        const listed = new Set((await allMessages(server.url)).map(({ key }) => key))
        faults.push(...due.filter((key) => !listed.has(key)).map((key) => `${key} is acknowledged, and not listed`))
      }
    }
    const readers = [readTheNewest(), readTheNewest(), listAll()]
    await ledger.more(300)
    // A busy machine gives readers less of it: until enough was looked at while mail arrived.
    while (seen.size <= 50) await ledger.more(50)
    arriving = false
    await Promise.all([...readers, load.stop()])
    assert.deepEqual(faults, [])
    assert.equal((await server.end()).code, 0)
  })

  it('would notice a message that is absent, cut short, or another', async () => {
    const answers = new Map([
      ['/api/messages/cut', '{"sha256":"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"}'],
      ['/api/messages/cut/raw', 'foo'],
      ['/api/messages/other', '{"sha256":"2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"}'],
      ['/api/messages/other/raw', 'bar'],
    ])
    const liar = createServer(({ url = '' }, response) => {
      response.statusCode = answers.has(url) ? 200 : 404
      response.end(answers.get(url))
    }).listen(0, '127.0.0.1')
    after(() => liar.close())
    await once(liar, 'listening')
    const url = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`
    const faultsOf = async (key: string, octets: number): Promise<readonly string[]> =>
      (await inspect(url, { key, octets })).faults
    assert.deepEqual(await faultsOf('cut', 6), ['cut has 3 octets, and 6 are listed'])
    assert.deepEqual(await faultsOf('other', 3), ['other has another hash than is told'])
    assert.deepEqual(await faultsOf('absent', 3), ['absent is listed, and is answered 404 and 404'])
  })
})
