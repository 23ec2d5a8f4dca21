/** Problem details for HTTP. RFC 9457. */
import type { WireProblem, WireUnmet } from './wire-types.ts'

export interface ProblemExtras {
  /** UTF-16 offset in the query where it goes wrong. */
  readonly position?: number
  readonly length?: number
  /** One entry for each part of the request that is not as it should be. */
  readonly errors?: readonly { readonly path: string; readonly text: string }[]
  /** Of a wait that found too little. */
  readonly unmet?: WireUnmet
}

interface ProblemOptions extends ErrorOptions {
  readonly extras?: ProblemExtras
  /** Header fields that belong to the answer, `Allow` for one. */
  readonly headers?: Readonly<Record<string, string>>
}

/** An answer that says what the client did wrong; the private reason goes to `cause`. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  readonly title: string
  readonly extras: ProblemExtras
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, title: string, detail: string, options: ProblemOptions = {}) {
    super(detail, options)
    this.status = status
    this.title = title
    this.extras = options.extras ?? {}
    this.headers = options.headers ?? {}
  }
}

/** The media type of every problem. RFC 9457 §3. */
export const problemMediaType = 'application/problem+json'

/** The body of the answer. `type` is `about:blank`: the status says the kind. RFC 9457 §4.2.1. */
export function problemBody(problem: HttpProblem): WireProblem {
  const { position, length, errors, unmet } = problem.extras
  return {
    type: 'about:blank',
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    ...(position === undefined ? {} : { position }),
    ...(length === undefined ? {} : { length }),
    ...(errors === undefined ? {} : { errors: [...errors] }),
    ...(unmet === undefined ? {} : { unmet }),
  }
}

export function notFound(what: string): HttpProblem {
  return new HttpProblem(404, 'Not found', `There is no such ${what}.`)
}

export function badRequest(detail: string, extras: ProblemExtras = {}): HttpProblem {
  return new HttpProblem(400, 'Bad request', detail, { extras })
}
