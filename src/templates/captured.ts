/**
 * Captured messages that name their template, in header fields that an app adds in development:
 *
 *     X-Stuntmail-Template: users/welcome
 *     X-Stuntmail-Fixture: vip                  one of the template's, or
 *     X-Stuntmail-Data: eyJuYW1lIjoiQW5uIn0     the message's own data: base64url of JSON, folded where it is long
 *     X-Stuntmail-Locale: de
 *
 * A message's own data is a fixture of its template like any other, named `@` and its key.
 */
import { decodeUnstructured, fieldBody } from '../mime/header.ts'
import type { Part } from '../mime/tree.ts'
import type { TemplateData } from './engine.ts'
import { isObject } from './fixtures.ts'
import { parseJson } from './json-data.ts'
import type { RenderingId } from './rendering.ts'

/** The template of a captured message. */
export interface Tie extends RenderingId {
  /** What says so: somebody by REST, the message's own header fields, or a rule of the configuration. */
  readonly by: 'hand' | 'header' | 'rule'
  /** The message's own data; undefined where a fixture is named, or the data cannot be read. */
  readonly data: TemplateData | undefined
  /** Why its own data cannot be read. */
  readonly problem: string | undefined
}

/** Data of a captured message. @throws Error with what is wrong, for people; there may be no such message any more. */
export type CapturedData = (key: string) => Promise<TemplateData>

/** Characters of the field with its folding. */
const longestData = 1_048_576
const longestName = 1_000

/** What a message says of its template. @param root of its tree @returns undefined where it says nothing. */
export function tieOf(root: Part, key: string): Tie | undefined {
  const template = nameIn(root, 'X-Stuntmail-Template')
  if (template === '') return undefined
  const locale = nameIn(root, 'X-Stuntmail-Locale')
  const body = fieldBody(root, 'X-Stuntmail-Data')
  if (body === undefined) {
    const fixture = nameIn(root, 'X-Stuntmail-Fixture') || 'default'
    return { template, fixture, locale, by: 'header', data: undefined, problem: undefined }
  }
  return { template, fixture: ownFixture(key), locale, by: 'header', ...readData(body) }
}

/** The name of the fixture that is a message's own data. */
export function ownFixture(key: string): string {
  return `@${key}`
}

/** The key of the message whose data a fixture is. */
export function capturedKey(fixture: string): string | undefined {
  return fixture.startsWith('@') ? fixture.slice(1) : undefined
}

function nameIn(root: Part, field: string): string {
  const body = fieldBody(root, field)
  return body === undefined || body.length > longestName ? '' : decodeUnstructured(body)
}

function readData(body: string): Pick<Tie, 'data' | 'problem'> {
  const failed = (problem: string) => ({ data: undefined, problem: `X-Stuntmail-Data ${problem}` })
  if (body.length > longestData) return failed(`has more than ${longestData} characters`)
  const base64 = body.replace(/[\r\n\t ]+/g, '')
  if (!/^[\w+/-]*={0,2}$/.test(base64)) return failed('is not base64url')
  try {
    const value = parseJson(Buffer.from(base64, 'base64url').toString('utf8'))
    if (!isObject(value)) return failed('is no JSON object')
    return { data: value, problem: undefined }
  } catch (error) {
    return failed(`is no JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}
