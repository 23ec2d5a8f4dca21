import type { MessagePort, Transferable, Worker } from 'node:worker_threads'
import { StoreError, type StoreErrorCode } from '../store.ts'

/**
 * Calls between two threads over one port: one message for a call, one for its answer, in the order they were made.
 * A set of calls is a type, `{ count(args: Filter): number; … }`: the thread serves it, the main thread calls it.
 */
export type Calls<C> = { readonly [N in keyof C]: (args: never) => unknown }

/** What a call takes, and what its promise gives: a `Moved` value comes unwrapped. */
export type ArgsOf<F> = F extends (...args: infer A) => unknown ? (A extends [] ? undefined : A[0]) : never
export type AnswerOf<F> = F extends (...args: never[]) => infer R ? Unmoved<Awaited<R>> : never
type Unmoved<R> = R extends Moved<infer V> ? V : R

type Request = readonly [id: number, name: string, args: unknown]
type Response = readonly [id: number, error: ErrorData | undefined, value: unknown]
type EventMessage = readonly [id: typeof eventId, name: string, value: unknown]

/** Id of a request nobody waits for, and of an event. */
const postId = 0
const eventId = -1

/** What is left of an error on the other side. */
interface ErrorData {
  readonly name: string
  readonly message: string
  readonly code: unknown
  readonly stack: string | undefined
}

/** An answer whose buffers change hands instead of being copied. Made by `moved`. */
export class Moved<V> {
  readonly value: V
  readonly transfer: readonly Transferable[]

  constructor(value: V, transfer: readonly Transferable[]) {
    this.value = value
    this.transfer = transfer
  }
}

/** The answer `value`, with these buffers of it moved to the caller; the handler's side loses them. */
export const moved = <V>(value: V, ...transfer: readonly Transferable[]): Moved<V> => new Moved(value, transfer)

/** The serving side of a channel. */
export interface Server<E> {
  /** Tells the other side something unasked. Never waits. */
  emit<N extends keyof E & string>(name: N, value: E[N], transfer?: readonly Transferable[]): void
}

/**
 * Answers calls that come in on the port. Handlers start in the order of the calls; one that returns a promise lets
 * the next begin. What a handler throws rejects the call. @param failed hears what a posted call threw, which nobody
 * waits for; by default it is thrown on and ends the thread.
 */
export function serve<C extends Calls<C>, E = Record<string, never>>(
  port: MessagePort,
  handlers: C,
  failed: (error: unknown) => void = throwOn,
): Server<E> {
  const fail = (id: number, error: unknown): void => {
    if (id === postId) failed(error)
    else port.postMessage([id, describe(error), undefined] satisfies Response)
  }
  const table = new Map<string, (args: never) => unknown>(Object.entries(handlers))
  port.on('message', ([id, name, args]: Request) => {
    try {
      const handler = table.get(name)
      if (handler === undefined) throw new Error(`The thread has no call "${name}"`)
      const answer = handler.call(handlers, args as never)
      if (answer instanceof Promise) answer.then(answerWith(port, id)).catch((error: unknown) => fail(id, error))
      else respond(port, id, answer)
    } catch (error) {
      fail(id, error)
    }
  })
  return {
    emit(name, value, transfer = []) {
      port.postMessage([eventId, name, value] satisfies EventMessage, transfer)
    },
  }
}

const answerWith = (port: MessagePort, id: number) => (value: unknown) => respond(port, id, value)

function throwOn(error: unknown): never {
  throw error
}

function respond(port: MessagePort, id: number, answer: unknown): void {
  if (id === postId) return
  if (answer instanceof Moved) port.postMessage([id, undefined, answer.value] satisfies Response, answer.transfer)
  else port.postMessage([id, undefined, answer] satisfies Response)
}

/** The calling side of a channel. */
export interface Connection<C extends Calls<C>, E = Record<string, never>> {
  /**
   * Calls, and gives what the handler gave. Rejects with what it threw (a `StoreError` as such, anything else as an
   * `Error` of the same name, code and message), with what Node says of arguments that cannot be sent, and with
   * `StoreError` `closed` once the thread is gone.
   */
  call<N extends keyof C & string>(
    name: N,
    args: ArgsOf<C[N]>,
    transfer?: readonly Transferable[],
  ): Promise<AnswerOf<C[N]>>
  /** Calls and does not ask what came of it. Does nothing once the thread is gone. */
  post<N extends keyof C & string>(name: N, args: ArgsOf<C[N]>, transfer?: readonly Transferable[]): void
  /** Hears the events of this name from now on; one listener for each name, the last one given. */
  on<N extends keyof E & string>(name: N, listener: (value: E[N]) => void): void
  /** Calls not answered yet. */
  readonly pending: number
  /** Resolves when the thread has ended, with the reason if it ended by a fault. Never rejects. */
  readonly ended: Promise<Error | undefined>
  /** Ends the thread where it stands; pending calls reject. */
  terminate(): Promise<void>
}

interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
}

/**
 * Connects to the thread's `serve`. The process may end while a thread is idle: it is held only while calls are
 * pending. Calls made before the thread serves wait for it.
 */
export function connect<C extends Calls<C>, E = Record<string, never>>(worker: Worker): Connection<C, E> {
  const waiting = new Map<number, Waiting>()
  const listeners = new Map<string, (value: never) => void>()
  let lastId = postId
  let gone: Error | undefined
  let fault: Error | undefined

  worker.on('message', ([id, nameOrError, value]: Response | EventMessage) => {
    if (id === eventId) return listeners.get(nameOrError as string)?.(value as never)
    const call = waiting.get(id)
    if (call === undefined) return
    waiting.delete(id)
    if (waiting.size === 0) worker.unref()
    if (nameOrError === undefined) call.resolve(value as never)
    else call.reject(rebuild(nameOrError as ErrorData))
  })
  worker.on('error', (error: Error) => (fault = error))
  worker.on('messageerror', (error: Error) => void worker.terminate().then(() => (fault ??= error)))
  const ended = new Promise<Error | undefined>((resolve) => {
    worker.on('exit', () => {
      gone = new StoreError('closed', 'The thread of the store has ended', fault && { cause: fault })
      for (const { reject } of waiting.values()) reject(gone)
      waiting.clear()
      resolve(fault)
    })
  })
  worker.unref()

  return {
    call(name, args, transfer = []) {
      if (gone !== undefined) return Promise.reject(gone)
      const id = ++lastId
      try {
        worker.postMessage([id, name, args] satisfies Request, transfer)
      } catch (error) {
        return Promise.reject(error instanceof Error ? error : new Error(String(error)))
      }
      if (waiting.size === 0) worker.ref()
      return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }))
    },
    post(name, args, transfer = []) {
      if (gone === undefined) worker.postMessage([postId, name, args] satisfies Request, transfer)
    },
    on: (name, listener) => void listeners.set(name, listener),
    get pending() {
      return waiting.size
    },
    ended,
    terminate: async () => void (await worker.terminate()),
  }
}

function describe(thrown: unknown): ErrorData {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown), code: undefined, stack: undefined }
  const { name, message, stack, code } = thrown as Error & { code?: unknown }
  return { name, message, stack, code: typeof code === 'object' ? undefined : code }
}

/** The stack is that of the thread, where the cause is. */
function rebuild({ name, message, code, stack }: ErrorData): Error {
  const error: Error & { code?: unknown } =
    name === 'StoreError' ? new StoreError(code as StoreErrorCode, message) : new Error(message)
  if (error.name !== name) error.name = name
  if (error.code === undefined && code !== undefined) error.code = code
  if (stack !== undefined) error.stack = stack
  return error
}
