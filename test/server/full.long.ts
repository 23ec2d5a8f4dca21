import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { freePorts, startCommand, temporaryFolder } from '../support/command.ts'
import { filledMessage, keyIn } from '../support/load.ts'
import { allMessages, inspect } from '../support/rest.ts'
import { deliver, hasSmallDisk, remove, session, smallDisk } from './full-disk.ts'

describe('a full disk (REL-6)', () => {
  it(
    'gets its space back when half of the messages are deleted, wherever they stand',
    { skip: !hasSmallDisk && 'no small disk can be mounted here' },
    async () => {
      const folder = temporaryFolder()
      const server = await startCommand(['--data', folder, ...freePorts], { under: smallDisk(folder, 24) })
      const client = await session(server)
      const keys: string[] = []
      let refused = 0
      while (refused < 20 && keys.length < 1000) {
        const key = keyIn(await deliver(client, filledMessage('kept', 80_000)))
        if (key === undefined) refused++
        else keys.push(key)
      }
      assert.ok(refused === 20 && keys.length > 20)
      for (const key of keys.filter((_key, i) => i % 2 === 0)) assert.equal(await remove(server, `/${key}`), 200)
      // Some of it is the databases', and some the reserve's again.
      for (let i = 0; i < keys.length / 10; i++) {
        while (keyIn(await deliver(client, filledMessage('again', 80_000))) === undefined) await setImmediate()
      }
      for (const summary of (await allMessages(server.url)).filter(({ key }) => keys.includes(key))) {
        assert.deepEqual((await inspect(server.url, summary)).faults, [])
      }
      assert.equal((await server.end()).code, 0)
    },
  )
})
