import assert from 'node:assert/strict'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { freePorts, startCommand, type RunningCommand, temporaryFolder } from '../support/command.ts'
import { LineClient } from '../support/line-client.ts'
import { filledMessage, keyIn, Ledger, startLoad } from '../support/load.ts'
import { allMessages, inspect } from '../support/rest.ts'
import { deliver, fillDisk, hasSmallDisk, nextReady, remove, session, smallDisk } from './full-disk.ts'

/** Files of this process may not grow past 4 MiB: writing more fails with EFBIG, as a full disk does with ENOSPC. */
const limited = ['bash', '-c', 'ulimit -f 4096 && exec "$@"', 'bash']

const full = /^452 4\.3\.1 /

describe('no space left (REL-6)', { skip: process.platform === 'win32' && 'there is no ulimit here' }, () => {
  it('refuses mail for now, lets read and delete, and takes mail again once there is space', async () => {
    const server = await startCommand(['--data', temporaryFolder(), ...freePorts], { under: limited })
    const client = await session(server)
    const keys: string[] = []
    let reply = ''
    while (keys.length < 100) {
      reply = await deliver(client, filledMessage(`${keys.length}`, 300_000))
      const key = keyIn(reply)
      if (key === undefined) break
      keys.push(key)
    }
    assert.match(reply, full)
    assert.ok(keys.length > 5)

    const listed = await allMessages(server.url)
    assert.deepEqual(listed.map(({ key }) => key).reverse(), keys)
    for (const summary of listed) assert.deepEqual((await inspect(server.url, summary)).faults, [])
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200)
    assert.match(await deliver(client, filledMessage('still full', 300_000)), full)
    assert.equal(await remove(server, `/${keys[0] ?? ''}`), 200)
    assert.equal((await allMessages(server.url)).length, keys.length - 1)

    assert.equal(await remove(server, '?all=true'), 200)
    const accepted = keyIn(await deliver(client, filledMessage('again', 300_000)))
    const left = await allMessages(server.url)
    assert.deepEqual(
      left.map(({ key }) => key),
      [accepted],
    )
    const { faults } = await inspect(server.url, left[0] ?? { key: '', octets: 0 })
    assert.deepEqual(faults, [])
    assert.equal((await server.end()).code, 0)
  })

  it('refuses a message that alone is too large for it, in the middle, and takes the next', async () => {
    const server = await startCommand(['--data', temporaryFolder(), ...freePorts], { under: limited })
    const client = await session(server)
    assert.match(await deliver(client, filledMessage('large', 6_000_000)), full)
    const accepted = keyIn(await deliver(client, filledMessage('small', 1_000)))
    const stored = await allMessages(server.url)
    assert.deepEqual(
      stored.map(({ key }) => key),
      [accepted],
    )
    const { code, stderr } = await server.end()
    assert.equal(code, 0)
    const told = stderr.split('\n').filter((line) => /refused|kept/.test(line))
    assert.equal(told.length, 1, stderr)
    assert.match(told[0] ?? '', /"message refused: no space left"/)
  })

  it('answers APPEND with OVERQUOTA, and takes the same message once there is space', async () => {
    const server = await startCommand(['--data', temporaryFolder(), ...freePorts], { under: limited })
    const imap = await LineClient.connect(server.port('imap'))
    await imap.line()
    await imap.command('a LOGIN bob@example.com x')
    const octets = filledMessage('appended', 300_000)
    const append = async (): Promise<string> => {
      await imap.send(`a APPEND INBOX {${octets.length}}\r\n`)
      const invited = (await imap.line()) ?? ''
      if (!invited.startsWith('+')) return invited
      await imap.send(octets)
      return imap.command('')
    }
    const answers: string[] = []
    do answers.push(await append())
    while (answers.length < 100 && answers.at(-1)?.startsWith('a OK [APPENDUID ') === true)
    assert.match(answers.at(-1) ?? '', /^a NO \[OVERQUOTA\] /)
    assert.ok(answers.length > 5)
    assert.equal((await allMessages(server.url)).length, answers.length - 1)
    assert.equal(await remove(server, '?all=true'), 200)
    assert.match(await append(), /^a OK \[APPENDUID /)
    assert.equal((await allMessages(server.url)).length, 1)
    imap.destroy()
    assert.equal((await server.end()).code, 0)
  })

  it(
    'searches, deletes and ends well where not an octet is left',
    { skip: !hasSmallDisk && 'no small disk can be mounted here' },
    async () => {
      const folder = temporaryFolder()
      const server = await startCommand(['--data', folder, ...freePorts], { under: smallDisk(folder) })
      const client = await session(server)
      assert.match(await client.command('MAIL FROM:<ann@example.com> SIZE=20000000'), full)
      let [stored, refused] = [0, 0]
      while (refused < 20 && stored < 1000) {
        if (keyIn(await deliver(client, filledMessage(`n${stored}`, 40_000))) === undefined) refused++
        else stored++
      }
      assert.ok(refused === 20 && stored > 20)
      const found = (await (await fetch(`${server.url}/api/messages?query=subject:n7`)).json()) as { total: number }
      assert.equal(found.total, 1)
      assert.equal(await remove(server, '?query=subject:n7'), 200)
      assert.equal((await allMessages(server.url)).length, stored - 1)
      assert.equal(await remove(server, '?all=true'), 200)
      while (keyIn(await deliver(client, filledMessage('again', 40_000))) === undefined) await setImmediate()
      assert.equal((await allMessages(server.url)).length, 1)
      assert.equal((await server.end()).code, 0)
    },
  )

  it(
    'refuses what takes space, lets delete, and starts again, where others have filled the disk',
    { skip: !hasSmallDisk && 'no small disk can be mounted here' },
    async () => {
      const folder = temporaryFolder()
      // The shell has the disk; it starts the server again when that has ended well.
      const twice = ['sh', '-c', '"$@" && exec "$@"', 'sh']
      const server = await startCommand(['--data', folder, ...freePorts], {
        under: [...smallDisk(folder, 24), ...twice],
      })
      const client = await session(server)
      const keys: string[] = []
      for (let i = 0; i < 20; i++) keys.push(keyIn(await deliver(client, filledMessage(`n${i}`, 20_000))) ?? '')
      const change = async (body: string): Promise<number> => {
        const init = { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body }
        return (await fetch(`${server.url}/api/messages/${keys[0]}`, init)).status
      }
      // Nothing is on its way any more, neither to the database nor to the index.
      assert.equal(await change('{"seen":true}'), 200)
      while (!/"unindexed":0,/.test(await (await fetch(`${server.url}/api/state`)).text())) await setImmediate()
      fillDisk(inside(server, folder))
      assert.equal(await change('{"tags":["kept"]}'), 507)
      for (const key of keys.slice(0, 10)) assert.equal(await remove(server, `/${key}`), 200)
      const again = nextReady(server)
      server.signal('SIGTERM')
      const second = await again
      assert.equal((await allMessages(second.url)).length, 10)
      second.end()
      assert.equal((await server.ended).code, 0)
    },
  )

  it(
    'gets its space back when half of the messages are deleted, wherever they stand',
    { skip: !hasSmallDisk && 'no small disk can be mounted here' },
    async () => {
      const folder = temporaryFolder()
      const server = await startCommand(['--data', folder, ...freePorts], { under: smallDisk(folder, 24) })
      const indexWaits = saysOf(server, 'full-text index')
      // They pour in, so that the index comes when the disk is full.
      const ledger = new Ledger()
      await startLoad({ port: server.port('smtp'), ledger, sizes: [10_000] }).over
      const keys = [...ledger.acknowledged.keys()]
      assert.ok(keys.length > 100)
      await indexWaits
      for (const key of keys.filter((_key, i) => i % 2 === 0)) assert.equal(await remove(server, `/${key}`), 200)
      const client = await session(server)
      // Some of it is the databases', and some the reserve's again.
      for (let i = 0; i < keys.length / 10; i++) {
        while (keyIn(await deliver(client, filledMessage('again', 10_000))) === undefined) await setImmediate()
      }
      for (const summary of (await allMessages(server.url)).filter(({ key }) => keys.includes(key))) {
        assert.deepEqual((await inspect(server.url, summary)).faults, [])
      }
      assert.equal((await server.end()).code, 0)
    },
  )
})

/** A path on the small disk of a server, as this process sees it. */
const inside = (server: RunningCommand, path: string): string => `/proc/${server.ready.pid}/root${path}`

/** Resolves when the server has written it to its log. */
async function saysOf(server: RunningCommand, what: string): Promise<void> {
  for await (const line of createInterface({ input: server.child.stderr ?? Readable.from([]) })) {
    if (line.includes(what)) return
  }
  assert.fail(`It ended without a word of the ${what}`)
}
