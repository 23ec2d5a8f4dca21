import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { type Log, silentLog } from '../../src/log.ts'
import { MessageScanner } from '../../src/mime/scanner.ts'
import { MessageReader, understandOctets, type Understanding } from '../../src/store/sqlite/understanding.ts'
import { plainMessage } from '../support/messages.ts'

const octets = plainMessage('Whole', 'x'.repeat(100_000))

/** No input is known to do it, so that the defect has to be made. */
function breakScanner(t: TestContext, method: 'push' | 'end'): void {
  t.mock.method(MessageScanner.prototype, method, () => {
    throw new RangeError('a defect')
  })
}

function inPieces(log: Log): Understanding {
  const reader = new MessageReader()
  for (let at = 0; at < octets.length; at += 30_000) reader.push(octets.subarray(at, at + 30_000))
  return reader.end((start, end) => octets.subarray(start, end), log)
}

const ways = { 'in memory': (log: Log) => understandOctets(octets, log), 'piece by piece': inPieces }

for (const [name, understand] of Object.entries(ways)) {
  for (const method of ['push', 'end'] as const) {
    test(`MIME-1: read ${name}, a message is kept and marked when ${method} fails`, (t) => {
      breakScanner(t, method)
      const logged: object[] = []
      const { sha256, tree, summary } = understand({ ...silentLog, error: (fields) => void logged.push(fields) })
      assert.equal(Buffer.from(sha256).toString('hex'), createHash('sha256').update(octets).digest('hex'))
      assert.deepEqual([tree.octets, tree.root.end, summary.subject], [octets.length, octets.length, '(unparsed)'])
      assert.deepEqual(
        tree.defects.map(({ code }) => code),
        ['unparsed'],
      )
      assert.deepEqual(logged, [{ error: 'a defect' }])
    })
  }

  test(`MIME-1, control: read ${name}, it is understood when nothing fails`, () => {
    const { tree, summary } = understand(silentLog)
    assert.deepEqual([summary.subject, tree.defects.length], ['Whole', 1])
    assert.equal(tree.defects[0]?.code, 'long-line')
  })
}
