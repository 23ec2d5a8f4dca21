/** Work that would hold everybody up is done by a thread: one question after the other, nothing kept in between. */
import { parentPort, type Transferable, type Worker } from 'node:worker_threads'
import { startThread, threadEntry } from './thread.ts'

export interface Helper<Question, Answer> {
  /**
   * @param transfer goes over to the thread, and is empty here afterwards. Default: everything is copied.
   * @throws what answering it threw, by name and message; what Node says of a question that cannot be sent.
   */
  ask(question: Question, transfer?: readonly Transferable[]): Promise<Answer>
  /** Ends the thread where it stands; what it was asked rejects. The next question starts another. */
  end(): Promise<void>
}

export interface HelperOptions {
  /** Of the file that begins the thread, without its ending. */
  readonly name: string
  /** `import.meta.url` of a file beside it. */
  readonly base: string
  /** How long the thread waits for the next question before it ends. Default 10,000. */
  readonly idleMs?: number
}

interface Asked<Answer> {
  resolve(answer: Answer): void
  reject(error: Error): void
}

type Said<Answer> = { readonly answer: Answer } | { readonly name: string; readonly message: string }

/** The thread starts with the first question, and keeps nobody alive while it has none. */
export function helper<Question, Answer>({ name, base, idleMs = 10_000 }: HelperOptions): Helper<Question, Answer> {
  let thread: Worker | undefined
  let waiting: Asked<Answer>[] = []
  let idle: NodeJS.Timeout | undefined

  const rest = (worker: Worker): void => {
    worker.unref()
    idle = setTimeout(() => {
      // A question that comes before it is gone has another.
      if (thread === worker) thread = undefined
      void worker.terminate()
    }, idleMs).unref()
  }
  const gone = (worker: Worker, reason: Error): void => {
    if (thread !== worker) return
    thread = undefined
    clearTimeout(idle)
    const asked = waiting
    waiting = []
    for (const { reject } of asked) reject(reason)
  }
  const begin = (): Worker => {
    const worker = startThread(threadEntry(name, base), { name: `stuntmail ${name}` })
    worker.on('message', (said: Said<Answer>) => {
      const asked = waiting.shift()
      if (waiting.length === 0) rest(worker)
      if ('answer' in said) asked?.resolve(said.answer)
      else asked?.reject(Object.assign(new Error(said.message), { name: said.name }))
    })
    worker.on('error', (error: Error) => gone(worker, error))
    worker.on('messageerror', (error: Error) => gone(worker, error))
    worker.on('exit', () => gone(worker, new Error(`The thread ${name} has ended`)))
    worker.unref()
    return worker
  }

  return {
    ask(question, transfer = []) {
      return new Promise((resolve, reject) => {
        thread ??= begin()
        thread.postMessage(question, transfer)
        clearTimeout(idle)
        thread.ref()
        waiting.push({ resolve, reject })
      })
    },
    async end() {
      await thread?.terminate()
    },
  }
}

/** What can go over to a thread: all of the memory that octets are in, where nothing else is in it. */
export function transferable({ buffer, byteLength }: Uint8Array): readonly ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []
}

/** The side of the thread. */
export function answerWith(answer: (question: never) => unknown): void {
  parentPort?.on('message', (question: unknown) => {
    parentPort?.postMessage(saidOf(() => answer(question as never)))
  })
}

function saidOf(work: () => unknown): Said<unknown> {
  try {
    return { answer: work() }
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    return { name, message }
  }
}
