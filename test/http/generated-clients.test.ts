/** Clients that two generators make of the description: they compile, and every route answers to them. */
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, it } from 'node:test'
import { build } from 'esbuild'
import openapiTypescript, { astToString, type OpenAPI3 } from 'openapi-typescript'
import { generate } from 'openapi-typescript-codegen'
import ts from 'typescript'
import { systemClock } from '../../src/clock.ts'
import { routes } from '../../src/http/routes/table.ts'
import { silentLog } from '../../src/log.ts'
import { ReplayRuns } from '../../src/replay/runs.ts'
import { temporaryFolder } from '../support/command.ts'
import { templatesInMemory } from '../support/templates-in-memory.ts'
import { ask, message, serve, type Served } from './served.ts'

interface Call {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

const keyed = { path: { key: '$key' } }
const rendering = { query: { template: 'welcome' } }
const data = { data: { name: 'Ann' } }

/** In the order of their calls; `$key` and `$id` are a message and a replay. Every route of the table has its row. */
const calls: Readonly<Record<string, Call>> = {
  'GET /healthz': {},
  'GET /api/state': {},
  'GET /api/openapi.json': {},
  'GET /api/certificate.pem': {},
  'GET /api/sessions': { query: { limit: 10 } },
  'GET /api/sessions/{id}': { path: { id: 'test' } },
  'GET /api/messages': { query: { query: 'subject:hello', limit: 10 } },
  'POST /api/messages': { body: { from: 'ann@example.com', to: ['bob@example.com'], text: 'x' } },
  'POST /api/wait': { body: { query: 'subject:hello', timeoutMs: 0 } },
  'POST /api/messages/search': { body: { query: 'subject:hello', limit: 10 } },
  'GET /api/messages/{key}': keyed,
  'PATCH /api/messages/{key}': { ...keyed, body: { seen: true, tags: ['a'] } },
  'PATCH /api/messages': { body: { keys: ['$key'], flagged: true } },
  'GET /api/messages/{key}/raw': keyed,
  'GET /api/messages/{key}/html': keyed,
  'GET /api/messages/{key}/text': keyed,
  'GET /api/messages/{key}/headers': keyed,
  'GET /api/messages/{key}/parts/{n}': { path: { key: '$key', n: '1' } },
  'GET /api/messages/{key}/transcript': keyed,
  'POST /api/messages/{key}/template': { ...keyed, body: { template: 'welcome' } },
  'GET /api/messages/{key}/template': keyed,
  'DELETE /api/messages/{key}/template': keyed,
  'GET /api/templates': {},
  'GET /api/rendering': rendering,
  'POST /api/rendering': { ...rendering, body: data },
  'GET /api/rendering/html': rendering,
  'GET /api/rendering/message': rendering,
  'POST /api/rendering/deliver': { ...rendering, body: { to: ['ann@example.com'] } },
  'POST /api/rendering/send': { ...rendering, body: { to: ['ann@example.com'] } },
  'GET /api/fixture': { query: { template: 'welcome', fixture: 'default' } },
  'PUT /api/fixture': { query: { template: 'welcome', fixture: 'default' }, body: data },
  'GET /api/replays': {},
  'POST /api/replays': { body: { command: 'npm test' } },
  'POST /api/replays/{id}/end': { path: { id: '$id' }, body: { problem: null, output: '' } },
  'DELETE /api/messages/{key}': keyed,
  'DELETE /api/messages': { query: { query: 'subject:hello' }, body: { keys: ['$key'] } },
}

/** A generated client: the lines of a module, of which each calls one route and yields its status. */
interface Client {
  readonly name: string
  generate(folder: string, description: OpenAPI3): Promise<void>
  readonly start: string
  call(method: string, path: string, call: Call): string
}

interface Description extends OpenAPI3 {
  readonly paths: Record<string, Record<string, { operationId: string; tags: string[] }>>
}

async function started(): Promise<{ served: Served; id: string; description: Description }> {
  const store = {
    subscribe: () => () => undefined,
    setNote: () => Promise.resolve(true),
    note: () => Promise.resolve(undefined),
  }
  const replays = new ReplayRuns({ store, clock: systemClock, log: silentLog, newId: () => 'run' })
  const served: Served = await serve({
    services: {
      templates: templatesInMemory({ welcome: '<h1>Hello {{name}}</h1>' }),
      replays,
      sendBySmtp: () => Promise.resolve({ key: '0123456789a' }),
    },
  })
  const description = JSON.parse((await ask(served.port, '/api/openapi.json')).text) as Description
  return { served, id: 'run', description }
}

const { served, id, description } = await started()

/** The client as one module, compiled without an error, and run. @returns the status of each call. */
async function run(client: Client): Promise<Record<string, number>> {
  const folder = temporaryFolder()
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(folder, 'node_modules'))
  await client.generate(folder, description)
  const lines = Object.entries(calls).map(([route, call]) => {
    const [method = '', path = ''] = route.split(' ')
    const source = client.call(method, path, call).replaceAll('"$key"', 'key').replaceAll('"$id"', 'id')
    return `  statuses[${JSON.stringify(route)}] = ${source}`
  })
  const body = ['const statuses: Record<string, number> = {}', ...lines, 'return statuses'].join('\n')
  const head = 'export async function callAll(origin: string, key: string, id: string)'
  const file = join(folder, 'calls.ts')
  writeFileSync(file, `${client.start}\n${head}: Promise<Record<string, number>> {\n${body}\n}\n`)
  assert.deepEqual(errorsOf(file), [])
  const outfile = join(folder, 'calls.mjs')
  await build({ entryPoints: [file], outfile, bundle: true, format: 'esm', platform: 'node', logLevel: 'silent' })
  const { callAll } = (await import(pathToFileURL(outfile).href)) as {
    callAll(origin: string, key: string, id: string): Promise<Record<string, number>>
  }
  const octets = message('Subject: hello', 'Content-Type: text/html', '', '<p>hello</p>')
  return callAll(served.origin, await served.put(octets, 'a@b.example'), id)
}

function errorsOf(file: string): string[] {
  const program = ts.createProgram([file], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  })
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

const clients: readonly Client[] = [
  {
    name: 'openapi-typescript with openapi-fetch',
    async generate(folder, given) {
      writeFileSync(join(folder, 'schema.ts'), astToString(await openapiTypescript(given, { silent: true })))
    },
    start: [
      "import createClient from 'openapi-fetch'",
      "import type { paths } from './schema'",
      'const client = (origin: string) => createClient<paths>({ baseUrl: origin, headers: { "X-Stuntmail": "1" } })',
    ].join('\n'),
    call(method, path, { path: names, query, body }) {
      const parameters = { ...(names && { path: names }), ...(query && { query }) }
      const options = { params: parameters, ...(body !== undefined && { body }), parseAs: 'text' }
      return `(await client(origin).${method}(${JSON.stringify(path)}, ${JSON.stringify(options)})).response.status`
    },
  },
  {
    name: 'openapi-typescript-codegen',
    async generate(folder, given) {
      const output = join(folder, 'client')
      mkdirSync(output)
      await generate({ input: given, output, useOptions: true })
    },
    start: "import * as api from './client'",
    call(method, path, { path: names, query, body }) {
      const operation = description.paths[path]?.[method.toLowerCase()] ?? assert.fail(path)
      const options = { ...names, ...query, ...(body !== undefined && { requestBody: body }) }
      const given = Object.keys(options).length === 0 ? '' : JSON.stringify(options)
      return `await (api.OpenAPI.BASE = origin, api.OpenAPI.HEADERS = { 'X-Stuntmail': '1' }, api.${operation.tags[0]}Service.${operation.operationId}(${given})).then(() => 200)`
    },
  },
]

describe('a generated client', () => {
  it('is called with every route', () => {
    assert.deepEqual(
      Object.keys(calls).sort(),
      [...new Set(routes.map(({ method, path }) => `${method} ${path}`))].sort(),
    )
  })
  for (const client of clients) {
    it(`by ${client.name} compiles, and every route answers to it`, async () => {
      const statuses = await run(client)
      assert.deepEqual(Object.keys(statuses).sort(), Object.keys(calls).sort())
      for (const [route, status] of Object.entries(statuses))
        assert.ok(status >= 200 && status < 300, `${route}: ${status}`)
    })
  }
})
