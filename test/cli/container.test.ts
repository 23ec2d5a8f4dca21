import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, it } from 'node:test'
import { resolve } from 'node:path'
import { withContainer } from '../../src/config/container.ts'
import { environmentSource, resolveSettings } from '../../src/config/resolve.ts'
import { runCommand, startCommand, temporaryFolder } from '../support/command.ts'
import { send, subjects } from '../support/mail.ts'

/** Status of a request under another name. */
function statusUnder(port: number, host: string): Promise<number> {
  return new Promise((resolved, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path: '/api/state', headers: { Host: host } }, (answer) => {
      answer.resume()
      resolved(answer.statusCode ?? 0)
    })
    outgoing.on('error', reject).end()
  })
}

const anyPort = ['smtp', 'submission', 'smtps', 'pop3', 'pop3s', 'imap', 'imaps', 'http'].flatMap((name) => [
  `--${name}`,
  '0',
])

describe('--container', () => {
  it('listens everywhere, and is reached by published ports and the names of its network', async () => {
    const command = await startCommand(['--container', '--data', temporaryFolder(), ...anyPort])
    assert.ok(Object.values(command.ready.listeners).every(({ host }) => host === '0.0.0.0'))
    await send(command.port('smtp'), 'From the app')
    assert.deepEqual(await subjects(command.port('http')), ['From the app'])
    for (const host of ['localhost:9000', 'mail:8025', 'mail']) {
      assert.equal(await statusUnder(command.port('http'), host), 200, host)
    }
    assert.equal(await statusUnder(command.port('http'), 'mail.example:8025'), 403)
    assert.equal((await command.end()).code, 0)
  })

  it('keeps messages in /data, unless told otherwise', () => {
    const settings = (given: NodeJS.ProcessEnv) =>
      withContainer(resolveSettings([environmentSource({ STUNTMAIL_CONTAINER: 'yes', ...given }, '/srv')], 'command'))
        .settings
    assert.equal(settings({}).data, '/data')
    assert.equal(settings({ STUNTMAIL_DATA: '/var/mail' }).data, resolve('/var/mail'))
    assert.equal(settings({ STUNTMAIL_MEMORY: '1' }).data, undefined)
    assert.deepEqual(settings({ STUNTMAIL_HTTP: '127.0.0.1:8025' })['listen.http']?.hosts, ['127.0.0.1'])
  })
})

describe('HOME', { skip: process.platform === 'win32' }, () => {
  it('that is empty or relative is not the current folder: the user’s entry counts', async () => {
    for (const HOME of ['', 'relative']) {
      const { stdout, code } = await runCommand(['--print-config'], { env: { HOME, XDG_DATA_HOME: '' } })
      assert.equal(code, 0)
      const [, data = ''] = /^data +(\S+)/m.exec(stdout) ?? []
      assert.match(data, /^\/.*\/(?:stuntmail|Stuntmail)$/)
      assert.ok(!data.startsWith(process.cwd()))
    }
  })
})
