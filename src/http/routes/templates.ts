import { isDeepStrictEqual } from 'node:util'
import * as v from 'valibot'
import type { TemplateData } from '../../templates/engine.ts'
import type { Rendering, RenderingId } from '../../templates/rendering.ts'
import type { Fixture, Templates } from '../../templates/templates.ts'
import { HttpProblem, notFound } from '../problem.ts'
import { route } from '../router.ts'
import type { RouteServices } from '../services.ts'
import { assertCurrent } from '../template-message.ts'
import {
  catalogueSchema,
  dataSchema,
  fixtureParameter,
  fixtureSchema,
  localeParameter,
  renderingSchema,
  templateParameter,
} from '../template-schemas.ts'
import { templateData, wireCatalogue, wireFixture, wireRendering } from '../template-wire.ts'

const tag = 'Templates'
/** Which rendering, in the query part. */
export const renderingQuery = { template: templateParameter, fixture: fixtureParameter, locale: localeParameter }
const fixtureQuery = { template: templateParameter, fixture: fixtureParameter }

export const listTemplates = route({
  method: 'GET',
  path: '/api/templates',
  summary: 'The templates, with their fixtures and languages; 404 where the server was started without',
  tag,
  params: {},
  query: {},
  answers: { status: 200, text: 'The catalogue', content: catalogueSchema },
  async handle(services) {
    const templates = templatesOf(services)
    return { kind: 'json', body: wireCatalogue(await templates.catalogue(), templates.root) }
  },
})

export const getRendering = route({
  method: 'GET',
  path: '/api/rendering',
  summary: 'A template rendered with a fixture, as the files are now; what is wrong with it is in `diagnostics`',
  tag,
  params: {},
  query: renderingQuery,
  answers: { status: 200, text: 'The rendering', content: renderingSchema },
  async handle(services, { query }) {
    return { kind: 'json', body: wireRendering(await rendered(services, query)) }
  },
})

export const getHtmlOfRendering = route({
  method: 'GET',
  path: '/api/rendering/html',
  summary: 'The HTML of a rendering and nothing else; 422 with what is wrong where the template fails',
  tag,
  params: {},
  query: renderingQuery,
  answers: { status: 200, text: 'The document', content: ['text/html'] },
  async handle(services, { query }) {
    const rendering = await rendered(services, query)
    assertCurrent(rendering)
    const policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
    const headers = { 'Content-Security-Policy': policy }
    return { kind: 'text', mediaType: 'text/html; charset=utf-8', text: rendering.html, headers }
  },
})

export const renderData = route({
  method: 'POST',
  path: '/api/rendering',
  summary: 'The same with other data than the fixture has; nothing of it is kept',
  tag,
  params: {},
  query: renderingQuery,
  json: v.strictObject({ data: dataSchema }),
  answers: { status: 200, text: 'The rendering', content: renderingSchema },
  async handle(services, { query, body }) {
    return { kind: 'json', body: wireRendering(await rendered(services, query, body.data)) }
  },
})

export const getFixture = route({
  method: 'GET',
  path: '/api/fixture',
  summary: 'The data of a fixture',
  tag,
  params: {},
  query: fixtureQuery,
  answers: { status: 200, text: 'The fixture', content: fixtureSchema },
  async handle(services, { query }) {
    return { kind: 'json', body: wireFixture(query.template, await fixtureOf(services, query.template, query.fixture)) }
  },
})

export const putFixture = route({
  method: 'PUT',
  path: '/api/fixture',
  summary: 'Write the data of a fixture to its file beside the template; a new name makes a new fixture',
  tag,
  params: {},
  query: fixtureQuery,
  json: v.strictObject({
    data: dataSchema,
    was: v.exactOptional(
      v.pipe(
        dataSchema,
        v.metadata({ description: 'Data the edit began with: 409 where the file says something else' }),
      ),
    ),
  }),
  answers: { status: 200, text: 'The fixture as it is now', content: fixtureSchema },
  async handle(services, { query: { template, fixture }, body: { data, was } }) {
    const templates = templatesOf(services)
    const existing = await unlessUnknown(templates.fixture(template, fixture))
    if (existing?.writable === false) throw conflict(`${existing.file ?? fixture} is to be changed in an editor.`)
    if (was !== undefined && !isDeepStrictEqual(templateData(existing?.data ?? {}), was)) {
      throw conflict('The fixture has changed since it was read: read it again.')
    }
    await written(templates.saveFixture(template, fixture, data))
    return { kind: 'json', body: wireFixture(template, await fixtureOf(services, template, fixture)) }
  },
})

/** @throws HttpProblem 404 with what to do, where there are no templates. */
function templatesOf({ templates }: RouteServices): Templates {
  if (templates !== undefined) return templates
  throw new HttpProblem(
    404,
    'No templates',
    'This server has no templates. Start it with --templates DIR, STUNTMAIL_TEMPLATES, or templates in the configuration.',
  )
}

/** @param data instead of the fixture's. @throws HttpProblem 404 for what the catalogue does not have. */
export function rendered(services: RouteServices, id: RenderingId, data?: TemplateData): Promise<Rendering> {
  const templates = templatesOf(services)
  return known(data === undefined ? templates.rendering(id) : templates.renderWith(id, data))
}

function fixtureOf(services: RouteServices, template: string, name: string): Promise<Fixture> {
  return known(templatesOf(services).fixture(template, name))
}

async function known<T>(found: Promise<T>): Promise<T> {
  try {
    return await found
  } catch (error) {
    throw (await isUnknown(error)) ? notFound('template, fixture or language') : error
  }
}

async function written(saved: Promise<void>): Promise<void> {
  try {
    await known(saved)
  } catch (error) {
    const { FixtureNotWritable } = await import('../../templates/templates.ts')
    if (!(error instanceof FixtureNotWritable)) throw error
    throw new HttpProblem(422, 'Not written', error.message, { cause: error })
  }
}

async function unlessUnknown<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (await isUnknown(error)) return undefined
    throw error
  }
}

/** Loaded when something was thrown: without templates nothing of theirs is. */
async function isUnknown(error: unknown): Promise<boolean> {
  return error instanceof (await import('../../templates/templates.ts')).UnknownTemplate
}

function conflict(detail: string): HttpProblem {
  return new HttpProblem(409, 'Conflict', detail)
}
