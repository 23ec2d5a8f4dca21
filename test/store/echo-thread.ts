import { parentPort } from 'node:worker_threads'
import { moved, serve, type Moved } from '../../src/store/sqlite/channel.ts'
import { StoreError } from '../../src/store/store.ts'

/** What the tests of the channel talk to. */
export interface EchoCalls {
  later(args: { text: string; turns: number }): Promise<string>
  note(text: string): void
  notes(): readonly string[]
  reversed(octets: Uint8Array<ArrayBuffer>): Moved<Uint8Array<ArrayBuffer>>
  /** Length of the last answer of `reversed` on this side. */
  leftOver(): number
  fail(how: string): unknown
  announce(number: number): void
  never(): Promise<never>
  crash(reason: string): void
}

export interface EchoEvents {
  progress: number
  /** A posted call failed, and the thread goes on. */
  stumbled: string
}

if (parentPort === null) throw new Error('Runs as a thread only')
const notes: string[] = []
let last = new Uint8Array()

const stumble = 'stumble: '

const handlers: EchoCalls = {
  async later({ text, turns }) {
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
    return text
  },
  note: (text) => void notes.push(text),
  notes: () => notes,
  reversed(octets) {
    last = octets.toReversed()
    return moved(last, last.buffer)
  },
  leftOver: () => last.length,
  fail(how) {
    if (how === 'store') throw new StoreError('full', 'No space')
    if (how === 'system') throw Object.assign(new TypeError('Odd'), { code: 'ERR_ODD' })
    if (how === 'async') return Promise.reject(new RangeError('Later'))
    if (how === 'uncloneable') return () => undefined
    if (how === 'uncloneable later') return Promise.resolve(() => undefined)
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- what libraries do
    throw 'not an error'
  },
  announce: (number) => server.emit('progress', number),
  never: () => new Promise<never>(() => undefined),
  crash(reason) {
    throw new Error(reason)
  },
}

const server = serve<EchoCalls, EchoEvents>(parentPort, handlers, (error) => {
  if (error instanceof Error && error.message.startsWith(stumble)) server.emit('stumbled', error.message)
  else throw error
})
