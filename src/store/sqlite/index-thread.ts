import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { moved, serve } from './channel.ts'
import type { Found, IndexCalls, IndexItem, IndexState, IndexThreadData } from './index-calls.ts'
import type { IndexDatabase, IndexRow } from './index-database.ts'
import { IndexFile } from './index-file.ts'
import { headersMatch } from './index-headers.ts'
import { envelopeText, indexText, type IndexText } from './index-text.ts'
import { OctetReader } from './octet-reader.ts'

/** The thread of the full-text index. */
function serveIndex(port: MessagePort, data: IndexThreadData): void {
  const reader = new OctetReader()
  const file = new IndexFile(data)
  const changing = (work: (index: IndexDatabase) => void): IndexState =>
    file.using((index) => {
      file.requireRoom()
      work(index)
      return stateOf(index)
    })

  serve<IndexCalls>(port, {
    open: async () => stateOf(await file.open()),
    add: (page) => changing((index) => addPage(index, { reader, file }, page)),
    remove: (numbers) => changing((index) => index.remove(numbers)),
    clear: (upTo) => changing((index) => index.clear(upTo)),
    keepOnly: (numbers) =>
      changing((index) => {
        const kept = new Set(numbers)
        index.remove(index.numbers().filter((number) => !kept.has(number)))
      }),
    find: ({ expression, below, limit }) =>
      file.using((index) => {
        const numbers = index.find(expression, below, limit)
        const whole = below === Infinity && (limit < 0 || numbers.length < limit)
        const found: Found = { numbers, total: whole ? numbers.length : index.countMatches(expression) }
        return moved(found, numbers.buffer)
      }),
    scanHeaders({ term, candidates }) {
      const found = candidates.filter(({ source }) => {
        const read = reader.open(source)
        return read !== undefined && headersMatch(term, read, source.octets)
      })
      reader.release()
      const numbers = Float64Array.from(found, ({ number }) => number)
      return moved(numbers, numbers.buffer)
    },
    close: () => file.close(),
  })
}

const stateOf = ({ upTo, count }: IndexDatabase): IndexState => ({ upTo, count })

/** Texts are made one by one while they are written: a page of large ones is never in memory as a whole. */
function addPage(
  index: IndexDatabase,
  { reader, file }: { reader: OctetReader; file: IndexFile },
  { items, upTo, skipGone }: Parameters<IndexCalls['add']>[0],
): void {
  let reached = index.upTo
  let stopped = false
  function* rows(): Generator<IndexRow> {
    for (const item of items) {
      const text = textOf(item, reader) ?? (skipGone ? envelopeText(item) : undefined)
      stopped = text === undefined
      if (text === undefined) return
      file.requireRoom()
      reached = item.number
      yield { number: item.number, text }
    }
  }
  try {
    index.add(rows(), () => (stopped ? reached : upTo))
  } finally {
    reader.release()
  }
}

/** Undefined where the octets are gone. A message that cannot be understood is found by its envelope. */
function textOf(item: IndexItem, reader: OctetReader): IndexText | undefined {
  const read = reader.open(item.source)
  if (read === undefined) return undefined
  try {
    return indexText(read, item.source.octets, item)
  } catch {
    return envelopeText(item)
  }
}

if (parentPort !== null) serveIndex(parentPort, workerData as IndexThreadData)
