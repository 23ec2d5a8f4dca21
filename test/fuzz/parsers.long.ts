import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readJson } from '../../src/json.ts'
import { parseAddressList } from '../../src/mime/address.ts'
import { parseDate } from '../../src/mime/date.ts'
import { htmlToText } from '../../src/mime/html-text.ts'
import { walk } from '../../src/mime/parts.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { summarize } from '../../src/mime/summary.ts'
import { messageText } from '../../src/mime/text.ts'
import { parseQuery } from '../../src/query/parse.ts'
import { QueryError } from '../../src/query/query-error.ts'
import { parseYaml } from '../../src/templates/yaml.ts'
import { corpus } from '../mime/corpus.ts'
import { cost } from '../mime/linear.ts'
import { assertPrototypeUnchanged } from '../support/prototype.ts'
import { mutate, Random, seed } from './random.ts'

/** Of one input, however bad. Milliseconds of the processor. */
const most = 2_000

/** Does the work with many inputs; one that throws or takes long is shown with what makes it again. */
function fuzz(name: string, inputs: readonly Buffer[], rounds: number, work: (octets: Buffer) => void): void {
  const all = (): void => {
    const random = new Random(seed)
    for (let round = 0; round < rounds; round++) {
      const octets = mutate(random, random.oneOf(inputs), inputs)
      try {
        bounded(() => work(octets))
      } catch (error) {
        const shown = octets.subarray(0, 2000).toString('base64')
        throw new Error(`FUZZ_SEED=${seed}, round ${round}: ${shown}`, { cause: error })
      }
    }
  }
  test(`${name}: ${rounds} inputs, and no prototype changed (MIME-10)`, async (t) => {
    t.diagnostic(`FUZZ_SEED=${seed}`)
    await assertPrototypeUnchanged(all)
  })
}

function bounded(work: () => void): void {
  const started = process.cpuUsage().user
  work()
  if ((process.cpuUsage().user - started) / 1000 <= most) return
  // Others may have had the processor's caches, or memory was swept: again, by itself.
  const again = cost(work)
  assert.ok(again < most, `took ${again} ms`)
}

const messages = corpus.map(({ octets }) => octets)
assert.ok(messages.length > 20)

fuzz('messages', messages, 150_000, (octets) => {
  const read = (start: number, end: number): Buffer => octets.subarray(start, end)
  const tree = scanMessage(octets)
  for (const { start, end, children } of walk(tree)) {
    assert.ok(start <= end && end <= octets.length)
    for (const child of children) assert.ok(child.start >= start && child.end <= end)
  }
  summarize(tree, read)
  messageText(tree, read, 1_000_000)
})

const text = (work: (text: string) => void) => (octets: Buffer) => work(octets.toString())
const texts = (...list: readonly string[]): readonly Buffer[] => list.map((each) => Buffer.from(each))

fuzz(
  'HTML',
  texts('<p>Hello <a href="x">you</a> &amp; <!-- no --> <table><tr><td>1</td></tr></table>'),
  100_000,
  text(htmlToText),
)
fuzz(
  'addresses',
  texts('"A, B" <a@example.com>, g: b@x, (c) d@y;, =?utf-8?q?=C3=BC?= <ü@example.com>', 'Doe, John <j@example.com>'),
  100_000,
  (octets) => void parseAddressList(octets.toString('latin1')),
)
fuzz('dates', texts('Mon, 23 Nov 2026 10:00:00 +0000 (UTC)', '1 Jan 70 00:00 EST'), 10_000, text(parseDate))
fuzz('JSON', texts('{"a": [1, "\\u00e9", {"b": null}], "c": -1.5e3}'), 10_000, text(refusing(readJson)))
fuzz('YAML', texts('a: [1, {b: c}]\nd: &x |\n  text\ne: *x\n', '- !!str 1\n- "q"\n'), 5_000, text(refusing(parseYaml)))
fuzz(
  'queries',
  texts('to:alice@example.com (subject:"Welcome back" or -has:attachment) larger:1MB before:2026-01-01 is:unread'),
  100_000,
  text((query) => {
    try {
      parseQuery(query)
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      assert.ok(error.position >= 0 && error.position <= query.length)
    }
  }),
)

/** Bad text is refused by an error of its own, never by running out of the stack. */
function refusing(parse: (text: string) => unknown): (text: string) => void {
  return (input) => {
    try {
      parse(input)
    } catch (error) {
      if (!(error instanceof Error) || error instanceof RangeError || error instanceof TypeError) throw error
    }
  }
}
