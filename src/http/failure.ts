/** What a thrown error becomes for the client. Routes throw; only this decides. */
import type { IncomingMessage } from 'node:http'
import type { Log } from '../log.ts'
import { SmtpRefusal } from '../smtp/delivery.ts'
import { StoreError } from '../store/store.ts'
import { HttpProblem } from './problem.ts'

/** A defect is logged, without the query: people search for what is in their messages. */
export function failureOf(error: unknown, log: Log, request: IncomingMessage): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (error instanceof SmtpRefusal) return refusal(error)
  if (error instanceof StoreError) {
    if (error.code === 'full')
      return new HttpProblem(507, 'Insufficient storage', 'The disk is full.', { cause: error })
    if (error.code === 'missing') return new HttpProblem(404, 'Not found', 'It is gone.', { cause: error })
    if (error.code === 'damaged') {
      return new HttpProblem(503, 'Service unavailable', `${error.message}.`, { cause: error })
    }
    if (error.code === 'closed') {
      return new HttpProblem(503, 'Service unavailable', 'The server is stopping.', { cause: error })
    }
  }
  const path = request.url?.split('?', 1)[0]?.slice(0, 200)
  log.error({ err: error, method: request.method, path }, 'HTTP request failed')
  return new HttpProblem(500, 'Internal server error', 'Something went wrong here; the log says more.', {
    cause: error,
  })
}

/** A message that is not taken, in the words that SMTP would have used. */
function refusal(error: SmtpRefusal): HttpProblem {
  const detail = `${error.code} ${error.enhancedCode} ${error.message}`
  if (error.code === 552) return new HttpProblem(413, 'Content too large', detail, { cause: error })
  if (error.code === 452) return new HttpProblem(507, 'Insufficient storage', detail, { cause: error })
  if (error.code < 500) return new HttpProblem(503, 'Service unavailable', detail, { cause: error })
  return new HttpProblem(422, 'Message refused', detail, { cause: error })
}
