import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fc } from '../support/properties.ts'
import { DotUnstuffer } from '../../src/smtp/dot-unstuffing.ts'

interface Result {
  readonly content: string
  /** What came after the end; undefined when there was none. */
  readonly rest: string | undefined
}

function unstuff(chunks: readonly string[]): Result {
  const unstuffer = new DotUnstuffer()
  let content = ''
  for (const [index, chunk] of chunks.entries()) {
    const octets = Buffer.from(chunk, 'latin1')
    content += unstuffer.push(octets, 0).toString('latin1')
    if (unstuffer.end === undefined) continue
    return { content, rest: octets.toString('latin1', unstuffer.end) + chunks.slice(index + 1).join('') }
  }
  return { content, rest: undefined }
}

/** The rule of RFC 5321 §4.5.2 said again, in the simplest way: by lines. */
function byLines(octets: string): Result {
  const lines = octets.split('\r\n')
  const end = lines.findIndex((line, index) => line === '.' && index < lines.length - 1)
  const whole = lines.slice(0, end === -1 ? undefined : end)
  const content = whole.map((line) => (line.startsWith('.') ? line.slice(1) : line)).join('\r\n')
  if (end === -1) return { content, rest: undefined }
  return { content: end === 0 ? '' : content + '\r\n', rest: lines.slice(end + 1).join('\r\n') }
}

const cases: readonly (readonly [name: string, octets: string, content: string, rest: string | undefined])[] = [
  ['no content', '.\r\nX', '', 'X'],
  ['an empty line', '\r\n.\r\n', '\r\n', ''],
  ['stuffed dots', '..a\r\n..\r\n...\r\n.\r\n', '.a\r\n.\r\n..\r\n', ''],
  ['a dot that nobody stuffed', '.a\r\n.\r\n', 'a\r\n', ''],
  ['a dot within a line', 'a.b\r\n.\r\n', 'a.b\r\n', ''],
  ['.CR and text', '.\rb\r\n.\r\n', '\rb\r\n', ''],
  ['.CR CR LF', '.\r\r\n.\r\n', '\r\r\n', ''],
  ['8-bit and NUL', '\x00\xff\r\n.\r\n', '\x00\xff\r\n', ''],
]

for (const [name, octets, content, rest] of cases) {
  test(`DATA: ${name}`, () => {
    assert.deepEqual(unstuff([octets]), { content, rest })
    assert.deepEqual(unstuff(Array.from(octets)), { content, rest }, 'octet by octet')
  })
}

const smuggling = [
  ...['\n.\n', '\r.\r', '\r.\n', '\n.\r', '\n.\r\n', '\r\n.\n', '\r.\r\n', '\r\n.\r', '\r\n\0.\r\n', '\r\n.\0\r\n'],
  ...['\r\n.\r\r\n', '\r\n..\r\n', '\r\n. \r\n'],
]

for (const ending of smuggling) {
  test(`SMTP-1: ${JSON.stringify(ending)} does not end DATA`, () => {
    const body = `a${ending}MAIL FROM:<x@y>\r\n`
    const { content, rest } = unstuff([body, '.\r\n'])
    assert.equal(rest, '')
    assert.equal(content, byLines(body + '.\r\n').content)
    assert.ok(content.endsWith('MAIL FROM:<x@y>\r\n'))
  })
}

test('SMTP-1, control: CRLF.CRLF ends DATA', () => {
  assert.deepEqual(unstuff(['a\r\n.\r\nMAIL FROM:<x@y>\r\n']), { content: 'a\r\n', rest: 'MAIL FROM:<x@y>\r\n' })
})

// Short pieces of what matters, so that every transition comes up within a few octets.
const octets = fc
  .array(fc.constantFrom('\r', '\n', '.', 'a', '\r\n', '\r\n.', '.\r\n'), { maxLength: 30 })
  .map((pieces) => pieces.join(''))

test('SMTP-2: the same by lines, whole and in any chunks', () => {
  fc.assert(
    fc.property(octets, fc.array(fc.nat({ max: 60 }), { maxLength: 6 }), (text, cuts) => {
      const ended = text + '\r\n.\r\n'
      const bounds = [0, ...cuts.map((cut) => Math.min(cut, ended.length)).sort((a, b) => a - b), ended.length]
      const chunks = bounds.slice(1).map((bound, index) => ended.slice(bounds[index], bound))
      assert.deepEqual(unstuff([ended]), byLines(ended))
      assert.deepEqual(unstuff(chunks), byLines(ended))
    }),
    { numRuns: 2_000 },
  )
})

test('a message of nothing but stuffed lines takes linear time', () => {
  const lines = '..\r\n'.repeat(250_000)
  const start = process.cpuUsage()
  assert.equal(unstuff([lines, '.\r\n']).content.length, 3 * 250_000)
  assert.ok(process.cpuUsage(start).user < 1_500_000, 'over 1.5 s of CPU for 1 MB')
})
