// OpenAPI 3.1, as far as our own description uses it: operations, parameters, JSON Schema with local references.

/** A JSON Schema. */
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly example?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

interface Parameter {
  readonly $ref?: string
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema?: Schema
}

interface Content {
  readonly description?: string
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
}

interface PathOperation {
  readonly summary?: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Content
  readonly responses?: Readonly<Record<string, Content>>
}

/** The description of an API. */
export interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, PathOperation>>>>
  readonly components?: unknown
}

/** One method of one path, ready to be shown. */
export interface Operation {
  readonly method: string
  readonly path: string
  readonly summary: string
  readonly description: string | undefined
  readonly parameters: readonly Parameter[]
  readonly body: { readonly mediaType: string; readonly schema: Schema } | undefined
  readonly responses: readonly {
    readonly status: string
    readonly text: string
    readonly mediaType: string | undefined
    readonly schema: Schema | undefined
  }[]
}

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const
const deepest = 6

/** Every operation, in the order of the description. */
export function operationsOf(description: OpenApi): readonly Operation[] {
  return Object.entries(description.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const found = item[method]
      return found === undefined ? [] : [operation(method, path, found, description)]
    }),
  )
}

function operation(method: string, path: string, found: PathOperation, description: OpenApi): Operation {
  const [mediaType, content] = Object.entries(found.requestBody?.content ?? {})[0] ?? []
  return {
    method,
    path,
    summary: found.summary ?? '',
    description: found.description,
    parameters: (found.parameters ?? []).map((parameter) => resolve(parameter, description)),
    body: mediaType === undefined ? undefined : { mediaType, schema: content?.schema ?? {} },
    responses: Object.entries(found.responses ?? {}).map(([status, response]) => {
      const resolved = resolve(response as Content & { $ref?: string }, description)
      const [type, body] = Object.entries(resolved.content ?? {})[0] ?? []
      return { status, text: resolved.description ?? '', mediaType: type, schema: body?.schema }
    }),
  }
}

/** A schema as a type is written: `{ key: string, octets: integer }`. @param depth how deep to go into objects */
export function schemaText(schema: Schema | undefined, description: OpenApi, depth = deepest, indent = ''): string {
  if (schema === undefined) return 'anything'
  const known = resolve(schema, description)
  const either = known.oneOf ?? known.anyOf
  if (either !== undefined) return either.map((one) => schemaText(one, description, depth - 1, indent)).join(' | ')
  if (known.allOf !== undefined)
    return known.allOf.map((one) => schemaText(one, description, depth - 1, indent)).join(' & ')
  if (known.const !== undefined) return JSON.stringify(known.const)
  if (known.enum !== undefined) return known.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (known.items !== undefined) return `${schemaText(known.items, description, depth, indent)}[]`
  if (known.properties !== undefined) return depth < 1 ? 'object' : objectText(known, description, depth, indent)
  return typeText(known)
}

function objectText(schema: Schema, description: OpenApi, depth: number, indent: string): string {
  const required = new Set(schema.required ?? [])
  const lines = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const type = schemaText(property, description, depth - 1, `${indent}  `)
    const told = property.description === undefined ? '' : `  // ${property.description}`
    return `${indent}  ${name}${required.has(name) ? '' : '?'}: ${type}${told}`
  })
  return `{\n${lines.join('\n')}\n${indent}}`
}

function typeText({ type, format, minimum, maximum, default: fallback }: Schema): string {
  const name = typeof type === 'string' ? type : (type?.join(' | ') ?? 'anything')
  const range = minimum === undefined && maximum === undefined ? '' : ` ${minimum ?? ''}…${maximum ?? ''}`
  return `${name}${format === undefined ? '' : ` (${format})`}${range}${fallback === undefined ? '' : ` = ${JSON.stringify(fallback)}`}`
}

/** A value that the schema allows. */
export function exampleOf(schema: Schema | undefined, description: OpenApi, depth = deepest): unknown {
  if (schema === undefined || depth < 1) return null
  const known = resolve(schema, description)
  const inside = (inner: Schema): unknown => exampleOf(inner, description, depth - 1)
  const given = givenExample(known)
  if (given !== undefined) return given
  const alternative = firstAlternative(known)
  if (alternative !== undefined) return inside(alternative)
  if (known.properties !== undefined) {
    return Object.fromEntries(Object.entries(known.properties).map(([name, property]) => [name, inside(property)]))
  }
  return known.items === undefined ? plainExample(known) : [inside(known.items)]
}

/** The value that the description itself names. */
function givenExample(schema: Schema): unknown {
  return schema.examples?.[0] ?? schema.example ?? schema.const ?? schema.default ?? schema.enum?.[0]
}

function firstAlternative(schema: Schema): Schema | undefined {
  return schema.oneOf?.[0] ?? schema.anyOf?.[0] ?? schema.allOf?.[0]
}

const plainExamples = new Map<string | undefined, (schema: Schema) => unknown>([
  ['string', ({ format }) => (format === 'date-time' ? '2026-01-31T12:00:00.000Z' : 'text')],
  ['integer', ({ minimum }) => minimum ?? 1],
  ['number', ({ minimum }) => minimum ?? 1],
  ['boolean', () => true],
])

function plainExample(schema: Schema): unknown {
  const type = typeof schema.type === 'string' ? schema.type : schema.type?.[0]
  return plainExamples.get(type)?.(schema) ?? null
}

/** A command that does it. @param base address of the page, which the API is beside */
export function curlFor({ method, path, parameters, body }: Operation, description: OpenApi, base: string): string {
  const needed = parameters.filter((parameter) => parameter.in === 'query' && parameter.required === true)
  const query = needed.map(({ name }) => `${name}=…`).join('&')
  const url = `${new URL(`.${path}`, base).href.replaceAll('%7B', '{').replaceAll('%7D', '}')}${query === '' ? '' : `?${query}`}`
  const lines = [method === 'get' ? `curl '${url}'` : `curl -X ${method.toUpperCase()} '${url}'`]
  if (method !== 'get') lines.push(body === undefined ? `-H 'X-Stuntmail: 1'` : `-H 'Content-Type: ${body.mediaType}'`)
  if (body?.mediaType.endsWith('json') === true)
    lines.push(`-d '${JSON.stringify(exampleOf(body.schema, description))}'`)
  return lines.join(' \\\n  ')
}

/** Follows a reference within the description; what leads nowhere is left as it is. */
function resolve<T extends { readonly $ref?: string }>(value: T, description: OpenApi): T {
  if (value.$ref === undefined || !value.$ref.startsWith('#/')) return value
  let found: unknown = description
  for (const step of value.$ref.slice(2).split('/')) {
    found =
      typeof found === 'object' && found !== null
        ? Reflect.get(found, step.replaceAll('~1', '/').replaceAll('~0', '~'))
        : undefined
  }
  return typeof found === 'object' && found !== null ? (found as T) : value
}
