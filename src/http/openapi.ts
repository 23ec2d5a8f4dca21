/** OpenAPI 3.1.0 from the route table. Loaded when somebody asks for it. https://spec.openapis.org/oas/v3.1.0 */
import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { problemMediaType } from './problem.ts'
import { isOptional, type Route } from './router.ts'
import {
  messageSchema,
  pageSchema,
  partSchema,
  problemSchema,
  sessionSchema,
  stateSchema,
  summarySchema,
} from './schemas.ts'
import { catalogueSchema, fixtureSchema, renderingSchema } from './template-schemas.ts'

type Json = Record<string, unknown>

const components: ReadonlyMap<string, v.GenericSchema> = new Map([
  ['Summary', summarySchema],
  ['Page', pageSchema],
  ['Part', partSchema],
  ['Message', messageSchema],
  ['Session', sessionSchema],
  ['State', stateSchema],
  ['Catalogue', catalogueSchema],
  ['Rendering', renderingSchema],
  ['Fixture', fixtureSchema],
  ['Problem', problemSchema],
] as readonly (readonly [string, v.GenericSchema])[])

/** The whole document, plain JSON. */
export function openApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {}
  for (const row of routes) {
    const path = (paths[row.path] ??= {})
    const method = row.method.toLowerCase()
    path[method] = merged(path[method] as Json | undefined, operation(row))
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Stuntmail',
      version,
      description:
        'Messages that were caught, newest first. Keys are camelCase, times RFC 3339 in UTC, sizes octets, problems RFC 9457. ' +
        'A POST needs a content type such as application/json, or the header field `X-Stuntmail: 1`.',
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: Object.fromEntries([...components].map(([name, schema]) => [name, jsonSchema(schema, name)])),
      responses: {
        Problem: {
          description: 'What was wrong, RFC 9457',
          content: { [problemMediaType]: { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  }
}

/** Two rows for one method differ in the body they take, and in parameters that belong to one of the bodies. */
function merged(known: Json | undefined, more: Json): Json {
  if (known === undefined) return more
  const of = (operation: Json): Parameter[] => operation['parameters'] as Parameter[]
  const inBoth = ({ name }: Parameter): boolean =>
    [known, more].every((operation) => of(operation).some((other) => other.name === name))
  const all = [...of(known), ...of(more).filter(({ name }) => of(known).every((other) => other.name !== name))]
  // Clients send a default whatever the body is.
  const parameters = all.map((each) => (inBoth(each) ? each : withoutDefault(each)))
  const content = (part: Json | undefined): Json => (part?.['requestBody'] as Json)['content'] as Json
  return { ...known, parameters, requestBody: { required: true, content: { ...content(known), ...content(more) } } }
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly description?: unknown
  readonly schema: Json
}

function withoutDefault(parameter: Parameter): Parameter {
  const { default: _, ...schema } = parameter.schema
  return { ...parameter, required: false, schema }
}

function operation(row: Route): Json {
  const body = requestBody(row)
  return {
    operationId: operationId(row),
    summary: row.summary,
    tags: [row.tag],
    parameters: [...parameters('path', row.params), ...parameters('query', row.query)],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: {
      [row.answers.status]: {
        description: row.answers.text,
        ...answerHeaders(row),
        content: answerContent(row),
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

function operationId(row: Route): string {
  const words = row.path.replace(/^\/api/, '').match(/[A-Za-z]+/g) ?? []
  return [row.method.toLowerCase(), ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('')
}

function parameters(place: 'path' | 'query', entries: v.ObjectEntries): Parameter[] {
  return Object.entries(entries).map(([name, entry]) => {
    const { description, ...schema } = jsonSchema(entry)
    return {
      name,
      in: place,
      required: place === 'path' || entry.type !== 'exact_optional',
      ...(description === undefined ? {} : { description }),
      schema: typedDefault(schema),
    }
  })
}

/** Defaults stand in the table as the query part would say them: as text. */
function typedDefault(schema: Json): Json {
  const { type, default: text } = schema
  if (type === 'integer') return { ...schema, default: Number(text) }
  if (type === 'boolean') return { ...schema, default: text === '1' }
  return schema
}

function requestBody(row: Route): Json | undefined {
  if (row.stream !== undefined) return { required: true, content: { [row.stream]: {} } }
  if (row.json === undefined) return undefined
  return {
    required: !isOptional(row.json),
    content: { 'application/json': { schema: jsonSchema(row.json, undefined, 'input') } },
  }
}

function answerContent(row: Route): Json {
  const { content } = row.answers
  if (isMediaTypes(content)) return Object.fromEntries(content.map((mediaType) => [mediaType, {}]))
  for (const [name, schema] of components) {
    if (schema === content) return { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } }
  }
  return { 'application/json': { schema: jsonSchema(content) } }
}

function answerHeaders({ answers: { headers } }: Route): Json {
  if (headers === undefined) return {}
  const fields = Object.entries(headers).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' } },
  ])
  return { headers: Object.fromEntries(fields) as Json }
}

function isMediaTypes(content: v.GenericSchema | readonly string[]): content is readonly string[] {
  return Array.isArray(content)
}

/** Other components by reference; the one called `self` spelled out. */
function jsonSchema(schema: v.GenericSchema, self?: string, typeMode: 'input' | 'output' = 'output'): Json {
  const {
    $schema: _,
    $defs: __,
    ...converted
  } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode,
    errorMode: 'ignore',
    definitions: Object.fromEntries([...components].filter(([name]) => name !== self)),
  }) as Json
  const pointed = JSON.parse(JSON.stringify(converted).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json
  return pointed
}
