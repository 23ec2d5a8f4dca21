import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { product, readmeBlocks, readmeSection } from './clients/product.ts'
import { missing, run, runInTerminal } from './clients/programs.ts'
import { muttSettings } from './clients/readers.ts'

const { stuntmail, url, port, here, arrives, folder: newFolder } = await product()
const timeout = 60_000
const content = 'From: me@example.com\r\nTo: you@example.com\r\nSubject: Hello\r\n\r\nCaught!\r\n'

/** A command of the documentation, run in a folder. */
function shell(line: string, cwd: string): Promise<string> {
  return run('sh', ['-ec', here(line)], { cwd })
}

/** The lines of a block that run a program. */
function lines(title: string, program: RegExp): readonly string[] {
  const found = readmeBlocks(title, 'sh')
    .flatMap((block) => block.split('\n'))
    .filter((line) => program.test(line))
  assert.ok(found.length > 0, `README.md runs no ${program.source} in ${title}`)
  return found
}

describe('what README.md says to run', () => {
  it('sends a file with curl', { timeout }, async (t) => {
    const lacks = await missing(['curl', '--version'])()
    if (lacks !== undefined) return t.skip(lacks)
    const folder = newFolder()
    writeFileSync(join(folder, 'message.eml'), content)
    for (const line of lines('Quick start', /^curl/)) {
      const { message, raw } = await arrives(() => shell(line, folder))
      assert.deepEqual([message.reversePath, message.forwardPaths], ['me@example.com', ['you@example.com']])
      assert.equal(raw, content)
    }
  })

  it('starts in a test, and stops', { timeout }, async () => {
    const blocks = readmeBlocks('Quick start', 'ts')
    assert.ok(blocks.length > 0)
    const source = new URL('../../src/index.ts', import.meta.url).href
    for (const block of blocks) {
      const file = join(newFolder(), 'app.mts')
      writeFileSync(file, block.replace("'stuntmail'", `'${source}'`))
      await run(process.execPath, ['--import', import.meta.resolve('tsx'), file])
    }
  })

  it('asks and changes by REST', { timeout }, async (t) => {
    const lacks = await missing(['curl', '--version'])()
    if (lacks !== undefined) return t.skip(lacks)
    const folder = newFolder()
    writeFileSync(join(folder, 'message.eml'), content)
    for (const line of lines('REST', /^curl/)) {
      const answer = await shell(line.replace('curl', 'curl --fail'), folder)
      if (answer !== '') assert.equal(typeof JSON.parse(answer), 'object')
    }
  })

  it('reads with mutt', { timeout }, async (t) => {
    const lacks = await missing(['mutt', '-v'], ['script', '--version'])()
    if (lacks !== undefined) return t.skip(lacks)
    const [, command = ''] = /`(mutt [^`]+)`/.exec(readmeSection('Read it with a mail client')) ?? []
    assert.match(command, /^mutt /)
    await fetch(`${url}/api/messages?from=me@example.com&to=you@example.com`, {
      method: 'POST',
      headers: { 'content-type': 'message/rfc822' },
      body: content,
    })
    const home = newFolder()
    mkdirSync(join(home, 'Mail'))
    const out = join(home, 'out.eml')
    const settings = { security: 'default', user: 'you@example.com', password: 'anything', anchor: '' } as const
    writeFileSync(join(home, '.muttrc'), muttSettings(settings, out))
    const shown = await runInTerminal(here(command), home)
    assert.doesNotMatch(shown, /Encrypted connection unavailable/)
    assert.equal(readFileSync(out, 'utf8'), content.replaceAll('\r\n', '\n'))
  })
})

const nodeApp = (smtps: number): string => `
const transport = require('nodemailer').createTransport({ host: 'localhost', port: ${smtps}, secure: true })
transport.sendMail({ from: 'me@example.com', to: 'you@example.com', text: 'Caught!' }).then(() => transport.close())
`
const pythonApp = (smtps: number): string => `
import smtplib, ssl
with smtplib.SMTP_SSL('localhost', ${smtps}, context=ssl.create_default_context()) as client:
    client.sendmail('me@example.com', ['you@example.com'], 'Subject: Hello\\n\\nCaught!')
`
/** What the lines run, and what it has in it. */
const apps: Readonly<Record<string, (smtps: number) => string>> = { 'app.js': nodeApp, 'app.py': pythonApp }

describe('what README.md says about trusting the certificate', () => {
  const downloads = lines('Trusting the certificate', /^curl -o/)
  for (const line of lines('Trusting the certificate', /^curl --cacert/)) {
    it(line, { timeout }, async (t) => {
      const lacks = await missing(['curl', '--version'])()
      if (lacks !== undefined) return t.skip(lacks)
      const folder = newFolder()
      writeFileSync(join(folder, 'message.eml'), content)
      for (const download of downloads) await shell(download, folder)
      const { message } = await arrives(() => shell(line, folder))
      assert.equal(message.envelope.listener, 'submission')
      assert.ok(message.envelope.tls)
      await assert.rejects(shell(line.replace('--cacert stuntmail.pem ', ''), folder), /certificate/i)
    })
  }
  for (const line of lines('Trusting the certificate', /CERT.*=/)) {
    it(line, { timeout }, async (t) => {
      const [, program = '', app = ''] = /=\S+ (\S+) (\S+)/.exec(line) ?? []
      const lacks = await missing(['curl', '--version'], [program, '--version'])()
      if (lacks !== undefined) return t.skip(lacks)
      const folder = newFolder()
      const source = apps[app]
      assert.ok(source, `there is no ${app}`)
      writeFileSync(join(folder, app), source(port('smtps')))
      for (const download of downloads) await shell(download, folder)
      assert.equal(readFileSync(join(folder, 'stuntmail.pem'), 'utf8'), await stuntmail.certificate)
      const { message } = await arrives(() => shell(line, folder))
      assert.equal(message.envelope.listener, 'smtps')
      // It is the certificate that makes the difference.
      await assert.rejects(shell(`${program} ${app}`, folder), /certificate/i)
    })
  }
})
