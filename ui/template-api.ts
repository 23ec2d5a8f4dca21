import type { WireCatalogue, WireFixture, WireRendering, WireRenderingId, WireTie } from '../src/http/wire-types.ts'
import { getJson, messageUrl, send, sendJson } from './api.ts'

/** Data that a template is rendered with. */
export type FixtureData = Record<string, unknown>

/** Address of something of a rendering, relative to the page. @param of `message`, `deliver`, `send`; nothing: itself */
export function renderingUrl({ template, fixture, locale }: WireRenderingId, of = ''): string {
  return `api/rendering${of === '' ? '' : `/${of}`}?${new URLSearchParams({ template, fixture, locale }).toString()}`
}

export function getCatalogue(): Promise<WireCatalogue> {
  return getJson('api/templates')
}

export function getRendering(id: WireRenderingId): Promise<WireRendering> {
  return getJson(renderingUrl(id))
}

/** The template that a message names, and the message's own data. */
export function getTie(key: string): Promise<WireTie> {
  return getJson(messageUrl(key, '/template'))
}

/** Lets a message follow a template, whatever it says itself. */
export function followTemplate(key: string, id: WireRenderingId): Promise<WireTie> {
  return sendJson('POST', messageUrl(key, '/template'), id)
}

/** Takes that back. */
export function unfollowTemplate(key: string): Promise<void> {
  return send('DELETE', messageUrl(key, '/template'))
}

/** With other data than the fixture's; nothing of it is kept. */
export function renderWith(id: WireRenderingId, data: FixtureData): Promise<WireRendering> {
  return sendJson('POST', renderingUrl(id), { data })
}

export function getFixture(template: string, fixture: string): Promise<WireFixture> {
  return getJson(fixtureUrl(template, fixture))
}

/**
 * Writes a fixture to its file. @param was the data that the edit began with; undefined to write over whatever is there
 * @throws ApiProblem 409 where the file says something else than `was` by now
 */
export function saveFixture(
  { template, fixture }: Pick<WireFixture, 'template' | 'fixture'>,
  data: FixtureData,
  was: FixtureData | undefined,
): Promise<WireFixture> {
  return sendJson('PUT', fixtureUrl(template, fixture), was === undefined ? { data } : { data, was })
}

/** Makes a message of a rendering: `deliver` puts it into the inbox, `send` goes by SMTP. @returns the message's key */
export async function sendRendering(
  id: WireRenderingId,
  how: 'deliver' | 'send',
  data: FixtureData | undefined,
): Promise<string> {
  const { key } = await sendJson<{ key: string }>('POST', renderingUrl(id, how), data === undefined ? {} : { data })
  return key
}

function fixtureUrl(template: string, fixture: string): string {
  return `api/fixture?${new URLSearchParams({ template, fixture }).toString()}`
}
