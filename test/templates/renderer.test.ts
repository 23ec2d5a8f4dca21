/** The rendering process: what templates do to it is a diagnostic, and the next rendering works. TPL-4, TPL-5, TPL-6. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { createServer, connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { JsonValue } from '../../src/templates/engine.ts'
import type { RendererOptions } from '../../src/templates/renderer.ts'
import { templateFolder } from './template-folder.ts'

const messageOf = ({ diagnostics }: { readonly diagnostics: readonly { readonly message: string }[] }): string =>
  diagnostics[0]?.message ?? ''

/** Renders what fails, and then what does not. @returns what was said of the first. */
async function failure(t: TestContext, template: string, options: Partial<RendererOptions> = {}): Promise<string> {
  const folder = await templateFolder(t, options)
  const failed = await folder.render('bad.eta', template)
  assert.equal(failed.failed, true, JSON.stringify(failed))
  const next = await folder.render('good.eta', '<p><%= 1 + 1 %></p>')
  assert.equal(next.html, '<p>2</p>', JSON.stringify(next))
  return messageOf(failed)
}

/** A process that ended while nobody waited for it stays in the list where the first process is no real init. */
async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  if (stat !== '') return !/^\d+ \(.*\) [ZX] /s.test(stat)
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe('limits', () => {
  const slow: readonly (readonly [string, string])[] = [
    ['a loop', '<% for (;;); %>'],
    [
      'microtasks without an end',
      '<% ;(function again() { Promise.resolve().then(again) })(); await new Promise(() => {}) %>',
    ],
    ['a promise that is never kept', '<% await new Promise(() => {}) %>'],
  ]
  for (const [name, template] of slow) {
    it(`ends ${name}`, async (t) => {
      const message = await failure(t, template, { timeoutMs: 300 })
      assert.equal(message, 'The rendering took longer than 0.3 s (timeoutMs) and was ended')
    })
  }

  it('says what cannot be handed to the process', async (t) => {
    const folder = await templateFolder(t)
    const data = { a: JSON.parse('['.repeat(10_000) + ']'.repeat(10_000)) as JsonValue }
    const failed = await folder.render('bad.eta', '<p></p>', data)
    assert.match(messageOf(failed), /^The job cannot be handed to the rendering process: Maximum call stack/)
    assert.equal((await folder.render('good.eta', '<p><%= 1 + 1 %></p>')).html, '<p>2</p>')
  })

  it('ends a command that takes longer than the limit that was given', async (t) => {
    const commands = [{ glob: 'bad.eta', command: ['node', '-e', 'setInterval(() => {}, 1000)'] }] as const
    assert.equal(await failure(t, '', { timeoutMs: 5_000, commands }), 'node took longer than 5 s and was ended')
  })

  const large: readonly (readonly [string, string])[] = [
    ['objects', '<% const kept = []; for (;;) kept.push(new Array(1000).fill(kept.length)) %>'],
    ['buffers', '<% const kept = []; for (;;) kept.push(Buffer.alloc(1e7, 1)) %>'],
  ]
  for (const [name, template] of large) {
    it(`ends a rendering that fills the memory with ${name}`, async (t) => {
      const message = await failure(t, template, { timeoutMs: 20_000, memoryMiB: 96 })
      assert.equal(message, 'The rendering used more memory than 96 MiB (memoryMiB) and was ended')
    })
  }

  it('says of a string that is too long that it is', async (t) => {
    assert.match(await failure(t, "<%= 'a'.repeat(2 ** 29) %>"), /Invalid string length/)
  })
})

describe('the process', () => {
  for (const end of ['exit(0)', 'abort()', 'reallyExit(1)', "kill(process.pid, 'SIGKILL')"]) {
    it(`is not ended by process.${end}`, async (t) => {
      assert.match(await failure(t, `<% process.${end} %>`), /may not end the rendering process/)
    })
  }

  it('fails the rendering in which a timer throws', async (t) => {
    const template = "<% setTimeout(() => { throw new Error('late') }); await new Promise(() => {}) %>"
    assert.equal(await failure(t, template), 'late')
  })

  it('fails the rendering in which a promise is broken and nobody looks', async (t) => {
    const template = "<% Promise.reject(new Error('lost')); await new Promise(() => {}) %>"
    assert.equal(await failure(t, template), 'lost')
  })

  it('shows what a template prints, and takes none of it for its own', async (t) => {
    const { render } = await templateFolder(t)
    const noise = `{"kind":"done","id":1,"result":{}}\n`
    const template = `<% console.log('seen'); process.stdout.write(it.noise); process.stderr.write(it.noise) %>
      <% process.getBuiltinModule('node:fs').writeSync(1, it.noise); process.send?.({ kind: 'done', id: 1, result: {} }) %>ok`
    const { html, failed, diagnostics } = await render('print.eta', template, { noise })
    assert.equal(html.trim(), 'ok')
    assert.equal(failed, false)
    assert.match(messageOf({ diagnostics }), /^Printed while rendering: seen/)
  })

  it('has nothing of the environment', async (t) => {
    process.env['STUNTMAIL_TEST_TOKEN'] = 'secret'
    t.after(() => delete process.env['STUNTMAIL_TEST_TOKEN'])
    const { render } = await templateFolder(t)
    const { html } = await render('env.eta', '<%~ Object.keys(process.env).sort().join() %>')
    assert.equal(html, 'LANG,TZ')
  })

  it('is gone after close()', async (t) => {
    const { render, renderer } = await templateFolder(t)
    const pid = Number((await render('pid.eta', '<%= process.pid %>')).html)
    assert.doesNotThrow(() => process.kill(pid, 0))
    await renderer.close()
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
    assert.equal(messageOf(await render('pid.eta', 'x')), 'Rendering has ended')
  })

  it('ends by itself when the server is killed, though a template loops', async (t) => {
    const script = join(import.meta.dirname, 'dying-server-process.ts')
    const server = spawn(process.execPath, ['--import', 'tsx', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(server.stdout.setEncoding('utf8'), 'data')) as [string]
    const [root = '', pid = ''] = line.trim().split(' ')
    t.after(() => rm(root, { recursive: true }))
    assert.doesNotThrow(() => process.kill(Number(pid), 0))
    server.kill('SIGKILL')
    await once(server, 'exit')
    // It is nobody's child any more: only asking tells.
    const deadline = performance.now() + 60_000
    while (await isAlive(Number(pid))) assert.ok(performance.now() < deadline, 'the rendering process lives on')
  })

  it('stays for the next rendering', async (t) => {
    const { render } = await templateFolder(t)
    const first = await render('pid.eta', '<%= process.pid %>')
    assert.equal((await render('pid.eta', '<%= process.pid %> ')).html.trim(), first.html)
  })
})

describe('a rendering', () => {
  const dial: readonly (readonly [string, string])[] = [
    ['net.connect', "process.getBuiltinModule('node:net').connect(PORT, '127.0.0.1')"],
    ['Socket.connect', "new (process.getBuiltinModule('node:net').Socket)().connect(PORT, '127.0.0.1')"],
    ['http.get', "process.getBuiltinModule('node:http').get('http://127.0.0.1:PORT/')"],
    ['https.request', "process.getBuiltinModule('node:https').request('https://127.0.0.1:PORT/')"],
    ['tls.connect', "process.getBuiltinModule('node:tls').connect(PORT, '127.0.0.1')"],
    ['http2.connect', "process.getBuiltinModule('node:http2').connect('http://127.0.0.1:PORT/')"],
    ['fetch', "await fetch('http://127.0.0.1:PORT/')"],
    ['dns', "await process.getBuiltinModule('node:dns').promises.lookup('localhost')"],
    ['dgram', "process.getBuiltinModule('node:dgram').createSocket('udp4')"],
    ['an imported name', ";(await import('node:net')).connect(PORT, '127.0.0.1')"],
  ]
  it('never reaches the network', async (t) => {
    let connections = 0
    const server = createServer((socket) => {
      connections += 1
      socket.on('error', () => undefined).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const { port } = server.address() as AddressInfo
    const { render } = await templateFolder(t)
    for (const [name, code] of dial) {
      const { failed, diagnostics } = await render('dial.eta', `<% ${code.replace('PORT', String(port))} %>`)
      assert.equal(failed, true, name)
      assert.match(messageOf({ diagnostics }), /may not use the network/, name)
    }
    assert.equal(connections, 0)
    const seen = once(server, 'connection')
    connect(port, '127.0.0.1')
    await seen
    assert.equal(connections, 1)
  })

  for (const code of ["execSync('true')", "spawn('true')", "fork('x')"]) {
    it(`starts no program by ${code}`, async (t) => {
      const message = await failure(t, `<% process.getBuiltinModule('node:child_process').${code} %>`)
      assert.match(message, /may not start programs/)
    })
  }
})
