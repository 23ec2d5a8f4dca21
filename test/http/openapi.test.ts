import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Route } from '../../src/http/router.ts'
import { routes } from '../../src/http/routes/table.ts'
import { ask, serve } from './served.ts'

interface Operation {
  operationId: string
  summary: string
  parameters: { name: string; in: string; required: boolean; schema: object; description?: string }[]
  requestBody?: { required: boolean; content: Record<string, { schema?: object }> }
  responses: Record<
    string,
    {
      $ref?: string
      description?: string
      content?: Record<string, { schema?: object }>
      headers?: Record<string, { description: string }>
    }
  >
}

interface Document {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; responses: Record<string, object> }
}

const { port } = await serve()
const answer = await ask(port, '/api/openapi.json')
const document = JSON.parse(answer.text) as Document

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => (name === '$ref' ? [String(inner)] : referencesIn(inner)))
}

function resolves(reference: string): boolean {
  let at: unknown = document
  for (const name of reference.replace(/^#\//, '').split('/')) at = (at as Record<string, unknown> | undefined)?.[name]
  return reference.startsWith('#/') && at !== undefined
}

/** Rows of one method and path are one operation. */
function isRequired({ method, path }: Route, name: string): boolean {
  const rows = routes.filter((row) => row.method === method && row.path === path)
  return rows.every(({ query }) => query[name] !== undefined && query[name].type !== 'exact_optional')
}

describe('OpenAPI', () => {
  it('is a 3.1 document', () => {
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.match(document.openapi, /^3\.1\.\d$/)
    assert.deepEqual([document.info.title, document.info.version], ['Stuntmail', '1.2.3'])
  })
  it('has every route and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    assert.deepEqual(described.sort(), [...new Set(routes.map(({ method, path }) => `${method} ${path}`))].sort())
  })
  for (const row of routes) {
    it(`describes ${row.method} ${row.path}${row.stream === undefined ? '' : ` (${row.stream})`}`, () => {
      const operation = document.paths[row.path]?.[row.method.toLowerCase()]
      assert.ok(operation)
      const names = (place: string): string[] =>
        operation.parameters.filter((each) => each.in === place).map(({ name }) => name)
      assert.deepEqual(names('path'), Object.keys(row.params))
      for (const name of Object.keys(row.query)) assert.ok(names('query').includes(name), name)
      for (const parameter of operation.parameters) {
        assert.equal(parameter.required, parameter.in === 'path' || isRequired(row, parameter.name), parameter.name)
        assert.ok(Object.keys(parameter.schema).length > 0, parameter.name)
      }
      assert.deepEqual(
        [...row.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
        names('path'),
      )
      const taken = row.stream ?? (row.json === undefined ? undefined : 'application/json')
      if (taken === undefined) assert.equal(operation.requestBody, undefined)
      else assert.ok(operation.requestBody?.content[taken], taken)
      assert.ok(operation.responses[String(row.answers.status)]?.content)
      assert.equal(operation.responses['default']?.$ref, '#/components/responses/Problem')
    })
  }
  it('operation ids are unique, and every reference leads somewhere', () => {
    const ids = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    )
    assert.equal(new Set(ids).size, ids.length)
    const references = referencesIn(document)
    assert.ok(references.length > 10)
    assert.deepEqual(
      references.filter((reference) => !resolves(reference)),
      [],
    )
  })
  it('says which answers have a field of their own', () => {
    for (const kind of ['text', 'html']) {
      const { responses } = document.paths[`/api/messages/{key}/${kind}`]?.['get'] ?? assert.fail(kind)
      const [name, field] = Object.entries(responses['200']?.headers ?? {})[0] ?? []
      assert.equal(name, 'X-Stuntmail-Truncated')
      assert.match(field?.description ?? '', /10 MiB/)
    }
  })
  it('says the ranges that validation holds to', () => {
    const limit = document.paths['/api/messages']?.['get']?.parameters.find(({ name }) => name === 'limit')
    assert.deepEqual(limit?.schema, { type: 'integer', minimum: 1, maximum: 1000, default: 50 })
  })
  it('no schema refers to itself, on whatever way', () => {
    const inside = (name: string, way: readonly string[]): void => {
      assert.ok(!way.includes(name), [...way, name].join(' > '))
      for (const reference of referencesIn(document.components.schemas[name])) {
        inside(reference.replace('#/components/schemas/', ''), [...way, name])
      }
    }
    const names = Object.keys(document.components.schemas)
    assert.ok(names.length > 5)
    for (const name of names) inside(name, [])
  })
})
