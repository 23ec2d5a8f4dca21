import assert from 'node:assert/strict'
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { safetyHeaders } from '../../src/http/gate.ts'
import { contentDisposition } from '../../src/http/download.ts'
import { routes } from '../../src/http/routes/table.ts'
import { ask, raw, serve } from './served.ts'

const directory = await mkdtemp(join(tmpdir(), 'stuntmail-ui-'))
after(() => rm(directory, { recursive: true }))
const script = 'console.log("ui")\n'.repeat(100)
await mkdir(join(directory, 'ui'))
await writeFile(join(directory, 'secret.txt'), 'secret')
await writeFile(join(directory, 'ui', 'index.html'), '<!doctype html><title>Stuntmail</title>')
await writeFile(join(directory, 'ui', 'main-0123ABCD.js'), script)
await writeFile(join(directory, 'ui', 'main-0123ABCD.js.br'), brotliCompressSync(script))
await writeFile(join(directory, 'ui', 'main-0123ABCD.js.gz'), gzipSync(script))
await writeFile(join(directory, 'ui', 'icons.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
await symlink(join(directory, 'secret.txt'), join(directory, 'ui', 'link.txt'))
const served = await serve({ uiDirectory: join(directory, 'ui') })
const { port } = served

describe('the built UI', () => {
  it('is one page under a strict policy', async () => {
    for (const path of ['/', '/?message=0123456789a&tab=html']) {
      const { status, headers, text } = await ask(port, path)
      assert.equal(status, 200)
      assert.match(text, /<title>Stuntmail/)
      assert.match(
        String(headers['content-security-policy']),
        /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'/,
      )
      assert.equal(headers['cache-control'], 'no-cache')
    }
  })
  it('goes out as compressed as the client takes it, and is kept for good under a hashed name', async () => {
    const get = (accept: string, more = {}) =>
      ask(port, '/main-0123ABCD.js', { headers: { 'Accept-Encoding': accept, ...more } })
    for (const [accept, encoding] of [
      ['gzip, br', 'br'],
      ['gzip', 'gzip'],
      ['br;q=0, gzip', 'gzip'],
      ['', undefined],
      ['zstd', undefined],
    ] as const) {
      const { status, headers } = await get(accept)
      assert.deepEqual([status, headers['content-encoding']], [200, encoding], accept)
      assert.equal(headers['content-type'], 'text/javascript; charset=utf-8')
      assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
      assert.equal(headers.vary, 'Origin, Accept-Encoding')
      assert.equal((await get(accept, { 'If-None-Match': headers.etag })).status, 304)
      assert.equal((await get(accept, { 'If-None-Match': '"x"' })).status, 200)
    }
    assert.equal((await ask(port, '/icons.svg')).headers['cache-control'], 'no-cache')
    assert.equal(
      (await ask(port, '/main-0123ABCD.js', { method: 'POST', headers: { 'X-Stuntmail': '1' } })).status,
      404,
    )
  })
  it('says how to build it where it is not', async () => {
    const bare = await serve({ uiDirectory: join(directory, 'missing') })
    assert.match((await ask(bare.port, '/')).text, /gulp build/)
  })
  const traversals = [
    ...[
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/..%5csecret.txt',
      '/..\\secret.txt',
      '/ui/../../secret.txt',
    ],
    ...[
      '/./main-0123ABCD.js',
      '/main-0123ABCD.js/',
      '/main-0123ABCD.js%00',
      '/main-0123ABCD.js::$DATA',
      '/MAIN-01.JS',
      '/main-0~1.js',
    ],
    ...[
      '//etc/passwd',
      '/etc/passwd',
      '/etc/passwd?raw??',
      '/@fs/etc/passwd?import&raw',
      '/x?inline&import',
      '/x?.svg?.wasm?init',
      '/.EnV',
    ],
    ...[
      '/#/../../etc/passwd',
      '/link.txt',
      '/main-0123ABCD.js.br',
      '/index.html',
      '/__proto__',
      '/constructor',
      '/node_modules/x',
      '/main%2d0123ABCD.js',
    ],
  ]
  for (const target of traversals) {
    it(`WEB-11: ${target} is 403 or 404`, async () => {
      const answer = await raw(port, `GET ${target} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`)
      assert.match(answer, /^HTTP\/1\.1 (?:400|403|404) /)
      assert.ok(!answer.includes('secret'))
    })
  }
})

describe('WEB-4, WEB-5: fields of every answer', () => {
  const paths = [
    ...routes.map(({ path }) => path.replace(/\{\w+\}/g, '0123456789a')),
    '/',
    '/nothing',
    '/frame/0123456789a',
    '/main-0123ABCD.js',
  ]
  for (const path of new Set(paths)) {
    it(path, async () => {
      for (const Host of [`localhost:${port}`, 'evil.example']) {
        const { status, headers } = await ask(port, path, { headers: { Host } })
        assert.equal(status === 403, Host === 'evil.example' && path !== '/healthz')
        for (const name of Object.keys(safetyHeaders)) assert.ok(headers[name.toLowerCase()], name)
        assert.equal(headers['x-content-type-options'], 'nosniff')
        assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
        assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
        assert.equal(headers['referrer-policy'], 'no-referrer')
        assert.match(String(headers['x-frame-options']), /^(?:DENY|SAMEORIGIN)$/)
        assert.match(String(headers['content-security-policy']), /frame-ancestors '(?:none|self)'/)
        assert.match(String(headers.vary), /Origin/)
        assert.equal(headers['x-powered-by'], undefined)
      }
      for (const Origin of ['null', 'http://evil.example', 'http://localhost:3000', `http://localhost:${port}`]) {
        const { headers } = await ask(port, path, { headers: { Host: `localhost:${port}`, Origin } })
        assert.deepEqual(
          Object.keys(headers).filter((name) => name.startsWith('access-control-')),
          [],
        )
      }
    })
  }
  it('a configured origin is answered, without credentials, and nobody else', async () => {
    const open = await serve({ allowedOrigins: ['http://app.example:3000'] })
    const answer = await ask(open.port, '/api/messages', { headers: { Origin: 'http://app.example:3000' } })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers['access-control-allow-origin'], 'http://app.example:3000')
    assert.equal(answer.headers['access-control-allow-credentials'], undefined)
    const preflight = { Origin: 'http://app.example:3000', 'Access-Control-Request-Method': 'DELETE' }
    assert.equal((await ask(open.port, '/api/messages', { method: 'OPTIONS', headers: preflight })).status, 204)
    const foreign = await ask(open.port, '/api/messages', {
      method: 'OPTIONS',
      headers: { ...preflight, Origin: 'http://evil.example' },
    })
    assert.equal(foreign.status, 403)
    assert.equal(foreign.headers['access-control-allow-origin'], undefined)
  })
})

describe('WEB-12: file names', () => {
  const names: [string, string][] = [
    ['plain.txt', 'attachment; filename="plain.txt"'],
    ['a b;c.txt', 'attachment; filename="a b_c.txt"; filename*=UTF-8\'\'a%20b%3Bc.txt'],
    ['a\r\nSet-Cookie: x', 'attachment; filename="a__Set-Cookie_ x"'],
    [
      '"; filename=evil.exe',
      'attachment; filename="__ filename=evil.exe"; filename*=UTF-8\'\'_%3B%20filename%3Devil.exe',
    ],
    ['../../etc/passwd', 'attachment; filename="_.._etc_passwd"'],
    ['gnp\u202Eexe.txt', 'attachment; filename="gnp_exe.txt"'],
    ['Grüße.pdf', 'attachment; filename="Gr__e.pdf"; filename*=UTF-8\'\'Gr%C3%BC%C3%9Fe.pdf'],
    ["it's(1)*.txt", 'attachment; filename="it_s(1)_.txt"; filename*=UTF-8\'\'it%27s%281%29_.txt'],
    ['CON', 'attachment; filename="_CON"'],
    ['con.txt', 'attachment; filename="_con.txt"'],
    ['.htaccess', 'attachment; filename="htaccess"'],
    ['', 'attachment; filename="part"'],
    ['\ud800.txt', 'attachment; filename="_.txt"'],
  ]
  for (const [name, expected] of names) {
    it(JSON.stringify(name), () => assert.equal(contentDisposition('attachment', name), expected))
  }
  it('is at most 150 octets, its ending kept', () => {
    const field = contentDisposition('inline', `${'ü'.repeat(5_000)}.pdf`)
    const name = decodeURIComponent(/filename\*=UTF-8''(.*)$/.exec(field)?.[1] ?? '')
    assert.ok(name.endsWith('.pdf'))
    assert.ok(Buffer.byteLength(name) <= 150)
    assert.equal(contentDisposition('inline', 'x'.repeat(10_000)), `inline; filename="${'x'.repeat(150)}"`)
  })
})
