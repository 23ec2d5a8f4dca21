/**
 * A reporter for node:test that says nothing of what passes: each failure with its place, what the tests wrote, and as the
 * last line the counts and what tests noted, for `suites.ts` to read. JavaScript, because Node 20 loads reporters before anything that
 * compiles TypeScript.
 */
import { inspect } from 'node:util'

/** Starts the last line. */
export const countsMark = '# counts '

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */
/** @typedef {Counts & { notes: string[] }} Report What tests say by `t.diagnostic`, passed or not. */
/** @typedef {import('node:test/reporters').TestEvent} TestEvent */

/**
 * node:test takes a reporter from the default export.
 * @param {AsyncIterable<TestEvent>} source
 */
export default async function* report(source) {
  /** @type {Report} */
  const counts = { passed: 0, failed: 0, skipped: 0, notes: [] }
  for await (const event of source) {
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      const failure = count(event, counts)
      if (failure !== undefined) yield failure
    } else if (event.type === 'test:diagnostic') {
      // Those without a file are the sums that node:test makes itself.
      if (event.data.file !== undefined) counts.notes.push(event.data.message)
    } else if (event.type === 'test:stderr' || event.type === 'test:stdout') {
      yield event.data.message
    }
  }
  yield `${countsMark}${JSON.stringify(counts)}\n`
}

/**
 * A suite fails where a test in it does; only failures of its own are told.
 * @param {Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>} event
 * @param {Counts} counts
 * @returns {string | undefined} what to say of it
 */
function count({ type, data }, counts) {
  const suite = data.details.type === 'suite'
  const skipped = data.skip !== undefined || data.todo !== undefined
  if (type === 'test:pass' || skipped) {
    if (!suite) counts[skipped ? 'skipped' : 'passed'] += 1
    return undefined
  }
  const { error } = data.details
  if (suite && 'failureType' in error && error.failureType === 'subtestsFailed') return undefined
  counts.failed += 1
  const place = data.file === undefined ? '' : ` (${data.file}:${data.line ?? 0})`
  return `\n✖ ${data.name}${place}\n${inspect(error.cause, { depth: 6 })}\n`
}
