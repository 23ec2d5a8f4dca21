/** README.md, “Set it up”: each block is run as it stands there, with the ports where this server is reached. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, describe, it } from 'node:test'
import { parse } from 'yaml'
import { snippets, type SnippetName } from '../../ui/parts/snippets.ts'
import { startStuntmail } from '../../src/index.ts'
import { startCommand, temporaryFolder } from '../support/command.ts'
import { LineClient } from '../support/line-client.ts'
import { freePort, startNginx, withoutNginx } from '../support/nginx.ts'
import { product, readmeSection } from './clients/product.ts'
import { clientFile, missing, run } from './clients/programs.ts'

const timeout = 60_000
const section = readmeSection('Set it up')
const { port, here, arrives, folder: newFolder } = await product()

/** The block under a heading such as `**Rails**, …`. */
function block(heading: string): string {
  const [, after] = section.split(`**${heading}`)
  const [, text] = /^[^\n]*\n\n```\w*\n([^]*?)^```$/m.exec(after ?? '') ?? []
  assert.ok(text !== undefined, `README.md has no block for ${heading}`)
  return text
}

/** What a block leads to: the one message that came. */
async function sends(act: () => Promise<unknown>): Promise<void> {
  const { message } = await arrives(act)
  assert.equal(message.envelope.listener, 'smtp')
  assert.equal(message.envelope.tls, null)
  assert.deepEqual(message.forwardPaths, ['alice@example.com'])
}

describe('README.md: set it up', () => {
  it('Node', { timeout }, async () => {
    const folder = newFolder()
    const text = block('Node, Nodemailer').replace('1025', String(port('smtp')))
    const message = `{ from: 'app@example.com', to: 'alice@example.com', subject: 'Hello', text: 'Caught!' }`
    writeFileSync(
      join(folder, 'app.mjs'),
      `import nodemailer from 'nodemailer'\n${text}\nawait transport.sendMail(${message})\n`,
    )
    await sends(() => run(process.execPath, ['app.mjs'], { cwd: folder }))
  })

  // Those of the page are run by snippets.test.ts and snippets.long.ts.
  for (const [heading, name] of [
    ['Rails', 'rails'],
    ['Laravel', 'laravel'],
    ['Django', 'django'],
    ['Spring Boot', 'spring'],
  ] as const satisfies readonly (readonly [string, SnippetName])[]) {
    it(`${heading} is what the page says`, () => {
      const [, ...lines] = (snippets('localhost', 1025).find((each) => each.name === name)?.text ?? '').split('\n')
      assert.equal(block(heading), `${lines.join('\n')}\n`)
    })
  }

  it('Symfony', { timeout }, async (t) => {
    const lacks = await missing(['php', '-r', 'require "/usr/share/php/Symfony/Component/Mailer/autoload.php";'])()
    if (lacks !== undefined) return t.skip(lacks)
    const file = join(newFolder(), '.env')
    writeFileSync(file, here(block('Symfony')).replace(/=(.*)/, '="$1"'))
    await sends(() => run('php', [clientFile('symfony-dsn.php'), file]))
  })

  it('Go', { timeout: 300_000 }, async (t) => {
    const lacks = await missing(['go', 'version'])()
    if (lacks !== undefined) return t.skip(lacks)
    const folder = temporaryFolder()
    const imports = 'import ("log"; "net/smtp")'
    const message = 'message := []byte("Subject: Hello\\r\\n\\r\\nCaught!\\r\\n")'
    writeFileSync(
      join(folder, 'app.go'),
      `package main\n${imports}\nfunc main() {\n${message}\n${here(block('Go'))}\nif err != nil { log.Fatal(err) }\n}\n`,
    )
    await sends(() => run('go', ['run', 'app.go'], { cwd: folder }))
  })

  it('Docker Compose: the command and the health check', { timeout }, async () => {
    const compose = parse(block('Docker Compose')) as {
      services: { mail: { command: string; healthcheck: { test: string[] } } }
    }
    const { command, healthcheck } = compose.services.mail
    const [npx, yes, name, ...options] = command.split(' ')
    assert.deepEqual([npx, yes, name], ['npx', '--yes', 'stuntmail'])
    const ports = ['smtp', 'submission', 'smtps', 'pop3', 'pop3s', 'imap', 'imaps', 'http']
    const free = ports.flatMap((listener) => [`--${listener}`, '0'])
    const server = await startCommand([...options, '--data', temporaryFolder(), ...free])
    const [cmd, node, ...args] = healthcheck.test
    assert.deepEqual([cmd, node], ['CMD', 'node'])
    const usual = 'localhost:8025'
    const here = `127.0.0.1:${server.port('http')}`
    await run(
      process.execPath,
      args.map((arg) => arg.replace(usual, here)),
    )
    assert.equal((await server.end()).code, 0)
    await assert.rejects(
      run(
        process.execPath,
        args.map((arg) => arg.replace(usual, here)),
      ),
      'control: it says when nobody answers',
    )
  })

  it('GitHub Actions: waits until it is there', { timeout }, async (t) => {
    const lacks = await missing(['curl', '--version'])()
    if (lacks !== undefined) return t.skip(lacks)
    const [start, wait] = (parse(block('GitHub Actions')) as { run: string }[]).map((step) => step.run)
    assert.equal(start, 'npx --yes stuntmail --memory &')
    await run('sh', ['-ec', here(wait ?? '')])
  })
})

/** The page, a change by the page, and the way to its WebSocket, as a browser asks for them at `mail.test`. */
async function worksAt(proxy: number): Promise<void> {
  const name = `mail.test:${proxy}`
  const host = `Host: ${name}\r\nOrigin: http://${name}\r\n`
  const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
  for (const [request, status] of [
    [`GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, '200'],
    [`DELETE /api/messages?all=true HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, '200'],
    [
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n${key}\r\n`,
      '101',
    ],
  ] as const) {
    const client = await LineClient.connect(proxy)
    await client.send(request)
    assert.match((await client.line()) ?? '', new RegExp(`^HTTP/1\\.1 ${status} `), request)
    client.destroy()
  }
}

describe('README.md: proxies', () => {
  it('nginx', { skip: withoutNginx, timeout }, async () => {
    await using stuntmail = await startStuntmail({ allowHosts: ['mail.test'] })
    const ours = `127.0.0.1:${stuntmail.listeners['http']?.port}`
    await worksAt(await startNginx({ server: block('nginx').replace('127.0.0.1:8025', ours) }))
  })

  it('Caddy', { timeout }, async (t) => {
    const lacks = await missing(['caddy', 'version'])()
    if (lacks !== undefined) return t.skip(lacks)
    await using stuntmail = await startStuntmail({ allowHosts: ['mail.test'] })
    const ours = `127.0.0.1:${stuntmail.listeners['http']?.port}`
    const [folder, proxy] = [temporaryFolder(), await freePort()]
    const site = block('Caddy').replace('127.0.0.1:8025', ours).replace('mail.test {', `http://mail.test:${proxy} {`)
    writeFileSync(join(folder, 'Caddyfile'), `{\n  admin off\n}\n${site}`)
    const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
    const child = spawn('caddy', ['run'], { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = once(child, 'close')
    after(async () => {
      child.kill('SIGTERM')
      await ended
    })
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.includes('serving initial configuration')) break
    }
    child.stderr.resume()
    await worksAt(proxy)
  })
})
