import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { version } from '../../src/server.ts'
import { freePorts, runCommand, startCommand, temporaryFolder } from '../support/command.ts'
import { send, subjects } from '../support/mail.ts'

describe('stuntmail', { concurrency: 2 }, () => {
  it('says one line when ready with --json, and no more', async () => {
    const off = ['submission', 'smtps', 'pop3', 'pop3s', 'imap', 'imaps'].flatMap((name) => [`--${name}`, 'off'])
    const command = await startCommand(['--memory', '--smtp', '0', ...off, '--http', '0'])
    const { smtp, http, ...others } = command.ready.listeners
    assert.deepEqual(command.ready, {
      ready: true,
      version,
      pid: command.child.pid,
      data: null,
      templates: null,
      listeners: { smtp, http },
    })
    assert.deepEqual([smtp?.host, others], ['127.0.0.1', {}])
    const answer = await fetch(`http://localhost:${http?.port ?? 0}/api/state`)
    assert.deepEqual(((await answer.json()) as { listeners: unknown }).listeners, command.ready.listeners)
    const { code, stdout, stderr } = await command.end()
    assert.deepEqual([code, stdout.split('\n').length], [0, 2])
    for (const line of stderr.trim().split('\n')) assert.equal(typeof JSON.parse(line), 'object')
  })

  it('names the port in use, starts nothing and writes nothing (REL-10)', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    after(() => holder.close())
    await once(holder, 'listening')
    const { port } = holder.address() as AddressInfo
    const data = join(temporaryFolder(), 'data')
    const taken = ['--http', `127.0.0.1:${port}`]
    const { code, stdout, stderr } = await runCommand(['--json', '--data', data, ...freePorts.slice(0, 6), ...taken])
    assert.deepEqual([code, stdout, existsSync(data)], [1, '', false])
    const text = `stuntmail: http: port ${port} on 127.0.0.1 is already in use. Choose another with --http PORT`
    assert.ok(stderr.startsWith(text), stderr)
  })

  it('takes the next port with --port-fallback, and says which (REL-10)', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    after(() => holder.close())
    await once(holder, 'listening')
    const { port } = holder.address() as AddressInfo
    const taken = ['--http', `127.0.0.1:${port}`, '--port-fallback']
    const command = await startCommand(['--memory', ...freePorts.slice(0, 6), ...taken])
    assert.ok(command.port('http') > port)
    assert.equal((await fetch(`${command.url}/api/state`)).status, 200)
    assert.match((await command.end()).stderr, new RegExp(`"port":${port},.*the next free one is taken`))
  })

  it('refuses a data folder that cannot be one (REL-7)', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, 'mine')
    const { code, stdout, stderr } = await runCommand(['--data', join(file, 'data'), ...freePorts])
    assert.deepEqual([code, stdout], [73, ''])
    assert.match(stderr, /^stuntmail: The data folder \/\S+ cannot be used: .* Choose another with --data DIR/)
    assert.ok(stderr.includes(join(file, 'data')), 'it says which folder')
  })

  it('refuses a data folder where the system makes none, at once', { skip: process.platform !== 'linux' }, async () => {
    const { code, stderr } = await runCommand(['--data', '/proc/stuntmail/data', ...freePorts])
    assert.equal(code, 73)
    assert.match(stderr, /^stuntmail: The data folder \/\S+ cannot be used: ENOENT/)
  })

  it('refuses a data folder that it may not write (REL-7)', async (t) => {
    const [empty, filled] = [temporaryFolder(), temporaryFolder()]
    await (await startCommand(['--data', filled, ...freePorts])).end()
    for (const name of readdirSync(filled)) chmodSync(join(filled, name), 0o444)
    // For root every folder can be written.
    const user = process.getuid?.() === 0 ? { uid: 65_534 } : {}
    const able = await runCommand(['--version'], { cwd: '/', ...user })
    if (able.code !== 0) return t.skip('another user than root cannot read this checkout')
    for (const data of [empty, filled]) {
      chmodSync(data, 0o555)
      const { code, stderr } = await runCommand(['--data', data, ...freePorts], { cwd: '/', ...user })
      chmodSync(data, 0o755)
      assert.match(stderr, /^stuntmail: The data folder \/\S+ cannot be used: it cannot be written/)
      assert.equal(code, 73)
    }
    chmodSync(empty, 0o777)
    const allowed = await startCommand(['--data', empty, ...freePorts], { cwd: '/', ...user })
    assert.equal((await allowed.end()).code, 0, 'control: where it may write it starts')
  })

  it('leaves a data folder to the process that has it (REL-11)', async () => {
    const data = temporaryFolder()
    const first = await startCommand(['--data', data, ...freePorts])
    const { code, stderr } = await runCommand(['--data', data, ...freePorts])
    assert.equal(code, 73)
    assert.ok(stderr.split(/\D+/).includes(String(first.ready.pid)), stderr)
    await send(first.port('smtp'), 'Still there')
    assert.deepEqual(await subjects(first.port('http')), ['Still there'])
    await first.end('SIGKILL')
    const next = await startCommand(['--data', data, ...freePorts])
    assert.deepEqual(await subjects(next.port('http')), ['Still there'], 'control: it is free again')
    assert.equal((await next.end()).code, 0)
  })

  it('has what it acknowledged after kill -9', async () => {
    const data = temporaryFolder()
    const first = await startCommand(['--data', data, ...freePorts])
    await send(first.port('smtp'), 'One')
    await send(first.port('smtp'), 'Two')
    await first.end('SIGKILL')
    const second = await startCommand(['--data', data, ...freePorts])
    assert.deepEqual(await subjects(second.port('http')), ['Two', 'One'])
    assert.equal((await second.end()).code, 0)
  })
})
