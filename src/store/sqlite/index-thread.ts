import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { StoreError } from '../store.ts'
import { moved, serve } from './channel.ts'
import { isOutOfSpace } from './disk.ts'
import { isDamaged } from './driver.ts'
import type { Found, IndexCalls, IndexItem, IndexState, IndexThreadData } from './index-calls.ts'
import { IndexDatabase, removeIndex, type IndexRow } from './index-database.ts'
import { headersMatch } from './index-headers.ts'
import { envelopeText, indexText, type IndexText } from './index-text.ts'
import { OctetReader } from './octet-reader.ts'

/** The thread of the full-text index. */
function serveIndex(port: MessagePort, { file, identity }: IndexThreadData): void {
  const reader = new OctetReader()
  let database: IndexDatabase | undefined

  /** Runs on the open index. A damaged one is thrown away; then it is the caller who has to begin again. */
  const using = <T>(work: (index: IndexDatabase) => T): T => {
    if (database === undefined) throw new Error('The index is not open')
    try {
      return work(database)
    } catch (error) {
      if (isOutOfSpace(error)) throw withoutSpace()
      if (!isDamaged(error)) throw error
      database.close()
      database = undefined
      removeIndex(file)
      throw new StoreError('damaged', 'The full-text index was damaged and is made again')
    }
  }
  const changing = (work: (index: IndexDatabase) => void): IndexState =>
    using((index) => {
      work(index)
      return stateOf(index)
    })

  serve<IndexCalls>(port, {
    async open() {
      database ??= await openIndex(file, identity)
      return stateOf(database)
    },
    add: (page) => changing((index) => addPage(index, reader, page)),
    remove: (numbers) => changing((index) => index.remove(numbers)),
    clear: (upTo) => changing((index) => index.clear(upTo)),
    keepOnly: (numbers) =>
      changing((index) => {
        const kept = new Set(numbers)
        index.remove(index.numbers().filter((number) => !kept.has(number)))
      }),
    find: ({ expression, below, limit }) =>
      using((index) => {
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
    close() {
      database?.close()
      database = undefined
    },
  })
}

async function openIndex(file: string, identity: string): Promise<IndexDatabase> {
  try {
    return await IndexDatabase.open(file, identity)
  } catch (error) {
    throw isOutOfSpace(error) ? withoutSpace() : error
  }
}

const withoutSpace = (): StoreError => new StoreError('full', 'There is no space left for the full-text index')

const stateOf = ({ upTo, count }: IndexDatabase): IndexState => ({ upTo, count })

/** Texts are made one by one while they are written: a page of large ones is never in memory as a whole. */
function addPage(
  index: IndexDatabase,
  reader: OctetReader,
  { items, upTo, skipGone }: Parameters<IndexCalls['add']>[0],
): void {
  let reached = index.upTo
  let stopped = false
  function* rows(): Generator<IndexRow> {
    for (const item of items) {
      const text = textOf(item, reader) ?? (skipGone ? envelopeText(item) : undefined)
      stopped = text === undefined
      if (text === undefined) return
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
