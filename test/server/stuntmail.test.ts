import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { createTransport } from 'nodemailer'
import { io } from 'socket.io-client'
import type { WireChanges } from '../../src/http/wire-types.ts'
import { listenerNames } from '../../src/config/options.ts'
import { ConfigError, StartError, startStuntmail, type Stuntmail, type StuntmailOptions } from '../../src/index.ts'
import { temporaryFolder } from '../support/command.ts'
import { LineClient } from '../support/line-client.ts'
import { beginMessage, send, subjects } from '../support/mail.ts'
import { plainMessage } from '../support/messages.ts'

async function started(options?: StuntmailOptions): Promise<Stuntmail> {
  const server = await startStuntmail(options)
  // So that a test that fails ends all the same.
  after(() => server.stop())
  return server
}

const port = (server: Stuntmail, name = 'smtp'): number => server.listeners[name]?.port ?? 0

describe('startStuntmail()', () => {
  it('shows what nodemailer sent: by REST, octet for octet, and live', async () => {
    const server = await started()
    const socket = io(server.url ?? '', { transports: ['websocket'] })
    after(() => socket.close())
    const seen = new Promise<WireChanges>((resolve) => {
      socket.on('changes', (event: WireChanges) => {
        if (event.changes.some(({ kind }) => kind === 'arrived')) resolve(event)
      })
    })
    const current = new Promise((resolve) => socket.once('changes', resolve))
    socket.on('connect', () => socket.emit('resume', { since: null }))
    await current

    const raw = Buffer.concat([plainMessage('Grüße', '.dot\r\n..\r\nÜbung'), Buffer.from([0xff, 0x00, 13, 10])])
    const transport = createTransport({ host: '127.0.0.1', port: port(server), ignoreTLS: true })
    const { response } = await transport.sendMail({ envelope: { from: 'a@example.com', to: ['b@example.com'] }, raw })
    const key = response.replace('250 2.0.0 Stored as ', '')

    const list = (await (await fetch(`${server.url ?? ''}/api/messages`)).json()) as { messages: { key: string }[] }
    assert.deepEqual(
      list.messages.map((message) => message.key),
      [key],
    )
    const octets = await (await fetch(`${server.url ?? ''}/api/messages/${key}/raw`)).arrayBuffer()
    assert.deepEqual(Buffer.from(octets), raw)
    const [change] = (await seen).changes
    assert.equal(change?.kind === 'arrived' && change.summary.key, key)
  })

  it('runs any number of times in a process, each with its own messages', async () => {
    const [one, two] = await Promise.all([started(), started()])
    await send(port(one), 'For one')
    await send(port(two), 'For two')
    assert.deepEqual(await subjects(port(one, 'http')), ['For one'])
    assert.deepEqual(await subjects(port(two, 'http')), ['For two'])
    await one.stop()
    await send(port(two), 'Still here')
    assert.deepEqual(await subjects(port(two, 'http')), ['Still here', 'For two'])
  })

  it('has free ports of 127.0.0.1 and nothing kept, unless told otherwise', async () => {
    const server = await started()
    assert.deepEqual(Object.keys(server.listeners), listenerNames)
    for (const { host, port } of Object.values(server.listeners)) assert.ok(host === '127.0.0.1' && port > 0)
    assert.equal(server.data, undefined)
    const off = await started({
      listen: { submission: 'off', smtps: false, pop3: 'off', pop3s: false, imap: 'off', imaps: false, http: 'off' },
    })
    assert.deepEqual([Object.keys(off.listeners), off.url], [['smtp'], undefined])
  })

  it('takes its options: sizes, users, extensions, passwords', async () => {
    const server = await started({
      maxMessage: '1KiB',
      smtpUsers: ['ann:secret'],
      smtpHide: ['DSN'],
      uiUsers: ['bob:secret'],
    })
    const client = await LineClient.connect(port(server))
    await client.reply()
    await client.send('EHLO client.test\r\n')
    const lines: string[] = []
    do lines.push((await client.line()) ?? '250 ')
    while (lines.at(-1)?.startsWith('250-') === true)
    assert.ok(lines.some((line) => line.endsWith('SIZE 1024')))
    assert.ok(!lines.some((line) => line.endsWith('DSN')))
    assert.match(await client.command('MAIL FROM:<a@example.com>'), /^530 /)
    client.destroy()
    const asked = await fetch(`${server.url ?? ''}/api/state`)
    assert.equal(asked.status, 401)
    const headers = { Authorization: `Basic ${btoa('bob:secret')}` }
    assert.equal((await fetch(`${server.url ?? ''}/api/state`, { headers })).status, 200)
  })

  it('keeps in a folder what it is told to keep there', async () => {
    const data = join(temporaryFolder(), 'mail')
    const options: StuntmailOptions = { data, listen: { submission: 'off', smtps: 'off' } }
    const first = await started(options)
    await send(port(first), 'Kept')
    await first.stop()
    const second = await started(options)
    assert.deepEqual([second.data, await subjects(port(second, 'http'))], [data, ['Kept']])
  })
})

describe('a server that cannot start', () => {
  it('leaves nothing: no listener, no folder (REL-10)', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    after(() => holder.close())
    await once(holder, 'listening')
    const taken = (holder.address() as AddressInfo).port
    const free = createServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const smtp = (free.address() as AddressInfo).port
    await new Promise((resolve) => free.close(resolve))

    const data = join(temporaryFolder(), 'mail')
    const listen = { smtp: `127.0.0.1:${smtp}`, http: `127.0.0.1:${taken}` }
    await assert.rejects(startStuntmail({ data, listen }), (error) => {
      return error instanceof StartError && error.reason === 'listen' && error.message.includes(String(taken))
    })
    assert.equal(existsSync(data), false)
    const server = await started({ listen: { smtp: `127.0.0.1:${smtp}` } })
    assert.equal(port(server), smtp)
  })

  it('frees its ports when the folder is in use', async () => {
    const data = temporaryFolder()
    const first = await started({ data })
    await first.stop()
    const holder = await started({ data })
    const smtp = `127.0.0.1:${port(first)}`
    await assert.rejects(startStuntmail({ data, listen: { smtp } }), (error) => {
      return error instanceof StartError && error.reason === 'data'
    })
    await holder.stop()
    assert.equal(port(await started({ data, listen: { smtp } })), port(first))
  })

  it('says which option is wrong, and which is refused', async () => {
    await assert.rejects(startStuntmail({ listen: { smtp: 'x' } }), ConfigError)
    await assert.rejects(startStuntmail({ listen: { smtp: '0.0.0.0:0' } }), (error) => {
      return error instanceof ConfigError && error.kind === 'refused'
    })
  })
})

describe('stop()', () => {
  it('waits for a message under way, and may be called again', async () => {
    const server = await started()
    const client = await beginMessage(port(server))
    const stopped = server.stop()
    await client.send(plainMessage('Under way'))
    assert.match(await client.command('.'), /^250 /)
    await Promise.all([stopped, server.stop(), server[Symbol.asyncDispose]()])
    await assert.rejects(LineClient.connect(port(server)), { code: 'ECONNREFUSED' })
  })

  it('leaves nothing that keeps the process alive', async () => {
    const script = `
      import { startStuntmail } from ${JSON.stringify(new URL('../../src/index.ts', import.meta.url))}
      const server = await startStuntmail({ data: ${JSON.stringify(temporaryFolder())} })
      await fetch(server.url + '/api/state')
      await server.stop()
      console.log('stopped')`
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 120_000 })
    assert.equal(stdout, 'stopped\n')
  })
})
