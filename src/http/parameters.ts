/** Parameters that several routes take. */
import * as v from 'valibot'
import type { Criteria } from '../query/criteria.ts'
import { parseQuery } from '../query/parse.ts'
import { QueryError } from '../query/query-error.ts'
import { accountOf } from '../store/account.ts'
import { badRequest } from './problem.ts'

/** As `store/key.ts` writes them; anything else is 404 before the store is asked. API-5. */
export const keyParameter = v.pipe(
  v.string(),
  v.regex(/^[0-9a-hjkmnp-tv-z]{11}$/, 'not a message key'),
  v.metadata({ description: 'Key of the message' }),
)

export const idParameter = (description: string): v.GenericSchema<unknown, string> =>
  v.pipe(v.string(), v.regex(/^[0-9A-Za-z_-]{1,64}$/, 'not an id'), v.metadata({ description }))

export const queryParameter = v.exactOptional(
  v.pipe(
    v.string(),
    v.maxLength(10_000),
    v.metadata({ description: 'A query: `to:alice@example.com subject:"Welcome"`' }),
  ),
)

/** @returns `all`, or the address folded: a login that is no address sees everything. */
export const accountParameter = v.exactOptional(
  v.pipe(
    v.string(),
    v.maxLength(1_000),
    v.transform(accountOf),
    v.string(),
    v.metadata({ description: 'Whose mail: an address, or `all`' }),
  ),
  'all',
)

type Switch = '1' | 'true' | '0' | 'false'
type Defaulted<Written extends string, Value> = v.ExactOptionalSchema<v.GenericSchema<Written, Value>, Written>

/** A switch in the query part: `1` or `true`, `0` or `false`. Absent means no. */
export function switchParameter(description: string): Defaulted<Switch, boolean> {
  return v.exactOptional(
    v.pipe(
      v.picklist(['1', 'true', '0', 'false']),
      v.transform((word) => word === '1' || word === 'true'),
      v.boolean(),
      v.metadata({ description }),
    ),
    '0',
  )
}

/** A whole number in the query part. */
export function numberParameter(
  range: { min: number; max: number; fallback: number },
  description: string,
): Defaulted<string, number> {
  return v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,15}$/, 'not a whole number'),
      v.transform(Number),
      v.number(),
      v.integer(),
      v.minValue(range.min),
      v.maxValue(range.max),
      v.metadata({ description }),
    ),
    String(range.fallback),
  )
}

/** A moment in the query part, as RFC 3339 has it; a date alone is its beginning in UTC. Becomes milliseconds since 1970. */
export const timeParameter = (description: string): v.ExactOptionalSchema<v.GenericSchema<string, number>, undefined> =>
  v.exactOptional(
    v.pipe(
      v.string(),
      v.regex(/^\d{4}-\d\d-\d\d(?:T[\d:.]{5,15}(?:Z|[+-]\d\d:\d\d))?$/, 'not a moment such as 2026-11-30T12:00:00Z'),
      v.transform((text) => Date.parse(text)),
      v.number('no such moment'),
      v.metadata({ description: `${description}: 2026-11-30T12:00:00Z, or a date` }),
    ),
  )

/** @returns undefined for no query, or an empty one. @throws HttpProblem 400 that points at the place. */
export function criteriaOf(query: string | undefined): Criteria | undefined {
  if (query === undefined || query.trim() === '') return undefined
  try {
    return parseQuery(query).criteria
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    throw badRequest(error.text, { position: error.position, length: error.length })
  }
}
