import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import tls from 'node:tls'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { certificateSource } from '../../src/net/tls.ts'
import { commandLine } from '../support/built.ts'
import { freePorts, startCommand, temporaryFolder, type Ready, type RunningCommand } from '../support/command.ts'
import { LineClient } from '../support/line-client.ts'
import { beginMessage, send, subjects } from '../support/mail.ts'
import { plainMessage } from '../support/messages.ts'

/** Sends the signal, and waits until the command has said that it ends. */
async function ask(command: RunningCommand, signal: NodeJS.Signals): Promise<void> {
  command.child.kill(signal)
  const { stderr } = command.child
  for (let said = ''; !said.includes('"signal"');) said += String((await once(stderr ?? command.child, 'data'))[0])
}

describe('SIGTERM and SIGINT (REL-14)', { concurrency: 2 }, () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`${signal} lets a message under way get its answer, and takes no other`, async () => {
      const data = temporaryFolder()
      const command = await startCommand(['--data', data, ...freePorts])
      const idle = await LineClient.connect(command.port('smtp'))
      await idle.reply()
      const busy = await beginMessage(command.port('smtp'))
      await busy.send(plainMessage('Under way').subarray(0, 40))
      await ask(command, signal)
      assert.match(await idle.reply(), /^421 /)
      await assert.rejects(LineClient.connect(command.port('smtp')), { code: 'ECONNREFUSED' })
      await busy.send(plainMessage('Under way').subarray(40))
      assert.match(await busy.command('.'), /^250 2\.0\.0 Stored as /)
      assert.equal((await command.ended).code, 0)

      const again = await startCommand(['--data', data, ...freePorts])
      assert.deepEqual(await subjects(again.port('http')), ['Under way'])
      await again.end()
    })
  }

  it('a second one ends it at once, and what was acknowledged is there', async () => {
    const data = temporaryFolder()
    const command = await startCommand(['--data', data, ...freePorts])
    await send(command.port('smtp'), 'Acknowledged')
    await beginMessage(command.port('smtp'))
    await ask(command, 'SIGTERM')
    assert.equal((await command.end('SIGTERM')).code, 143)

    const again = await startCommand(['--data', data, ...freePorts])
    assert.deepEqual(await subjects(again.port('http')), ['Acknowledged'])
    await again.end()
  })
})

/** Waits until the command has said this in its log. */
async function says({ child }: RunningCommand, text: string): Promise<void> {
  for (let said = ''; !said.includes(text);) said += String((await once(child.stderr ?? child, 'data'))[0])
}

function shownBy(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.toString() ?? '')
      socket.destroy()
    })
    socket.on('error', reject)
  })
}

/** @returns paths of a certificate and its key. */
async function makeCertificate(): Promise<{ cert: string; key: string; pem: string }> {
  const directory = temporaryFolder()
  const pem = await certificateSource({ directory, log: silentLog, clock: systemClock }).pem()
  return { cert: join(directory, 'tls', 'cert.pem'), key: join(directory, 'tls', 'key.pem'), pem }
}

describe('SIGHUP', () => {
  it('reads certificate and key again', async () => {
    const [one, two] = await Promise.all([makeCertificate(), makeCertificate()])
    const command = await startCommand(['--memory', ...freePorts, '--tls-cert', one.cert, '--tls-key', one.key])
    const ports = ['smtps', 'imaps', 'pop3s'].map((name) => command.port(name))
    for (const port of ports) assert.equal(await shownBy(port), one.pem)
    copyFileSync(two.cert, one.cert)
    copyFileSync(two.key, one.key)
    const read = says(command, 'were read again')
    command.signal('SIGHUP')
    await read
    for (const port of ports) assert.equal(await shownBy(port), two.pem)
    assert.equal(await (await fetch(`${command.url}/api/certificate.pem`)).text(), two.pem)
    writeFileSync(one.cert, 'damaged')
    const refused = says(command, 'cannot be used')
    command.signal('SIGHUP')
    await refused
    for (const port of ports) assert.equal(await shownBy(port), two.pem)
    assert.equal((await command.end()).code, 0)
  })

  it('does no harm where there is nothing to read', async () => {
    const command = await startCommand(['--memory', ...freePorts])
    const read = says(command, 'were read again')
    command.signal('SIGHUP')
    await read
    await send(command.port('smtp'), 'Still there')
    assert.equal((await command.end()).code, 0)
  })

  it('ends the command when its terminal is gone', { skip: !existsSync('/usr/bin/script') }, async () => {
    const words = [process.execPath, ...commandLine, '--json', '--memory', ...freePorts]
    const command = words.map((word) => `'${word}'`).join(' ')
    const terminal = spawn('/usr/bin/script', ['--quiet', '--command', command, '/dev/null'], {
      cwd: temporaryFolder(),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let said = ''
    while (!said.includes('}}\r\n')) said += String((await once(terminal.stdout, 'data'))[0])
    const { listeners } = JSON.parse(said.slice(said.indexOf('{"ready"'))) as Ready
    const port = listeners['smtp']?.port ?? 0
    await send(port, 'There')
    terminal.kill('SIGKILL')
    for (;;) {
      const client = await LineClient.connect(port).catch(() => undefined)
      if (client === undefined) break
      await client.closed
    }
  })
})
