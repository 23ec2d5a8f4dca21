/**
 * Runs of commands that send mail again on every save, and what each message stands in for: the one that the same command
 * sent before.
 *
 * A message belongs to the run during which it arrives, to the newest where there are several. It stands in for the first
 * message of the run before that went to the same recipients with the same subject; else to the same recipients; else
 * with the same subject.
 */
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Change } from '../store/change.ts'
import type { MessageKey, MessageSummary } from '../store/message.ts'
import type { Store } from '../store/store.ts'

export interface ReplayRun {
  readonly id: string
  /** As people write it. */
  readonly command: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Undefined: it is under way. */
  readonly endedAt: number | undefined
  /** Why it is no success, in words. */
  readonly problem: string | undefined
  /** The end of what it printed. */
  readonly output: string
  /** The first 500 that it sent. */
  readonly messages: readonly ReplayedMessage[]
}

export interface ReplayedMessage {
  readonly key: MessageKey
  /** What it stands in for; undefined for one that was not sent before. */
  readonly before: MessageKey | undefined
}

/** What came of a command. */
export type ReplayResult = Pick<ReplayRun, 'problem' | 'output'>

/** What a message says of its replay. */
export interface Replayed {
  readonly command: string
  readonly before: MessageKey | undefined
}

interface Sent {
  readonly key: MessageKey
  readonly to: string
  readonly subject: string
}

interface Run {
  shown: ReplayRun
  readonly sent: Sent[]
  /** Of the run before, what nothing stands in for yet. */
  readonly left: Sent[]
  /** Until what arrived says what it stands in for. */
  told: Promise<void>
}

/** Of the note that the store keeps. */
const note = 'replay'
const keptRuns = 20
const maxMessages = 500
const maxOutput = 16_384

export interface ReplayRunsOptions {
  readonly store: Pick<Store, 'subscribe' | 'setNote' | 'note'>
  readonly clock: Clock
  readonly log: Log
  newId(): string
}

export class ReplayRuns {
  readonly #options: ReplayRunsOptions
  readonly #runs = new Map<string, Run>()
  /** What each command sent last. */
  readonly #last = new Map<string, readonly Sent[]>()
  readonly #watchers = new Set<(run: ReplayRun) => void>()

  constructor(options: ReplayRunsOptions) {
    this.#options = options
    options.store.subscribe((changes) => this.#look(changes))
  }

  /** The newest 20, the last one first. */
  get runs(): readonly ReplayRun[] {
    return [...this.#runs.values()].map(({ shown }) => shown).reverse()
  }

  /** @param command one that is under way still is given up. @returns the id of the run. */
  begin(command: string): string {
    for (const run of this.#runs.values()) {
      if (run.shown.command === command && isUnderWay(run)) {
        this.#finish(run, { problem: 'It was begun again before it had ended', output: '' })
      }
    }
    const id = this.#options.newId()
    const startedAt = this.#options.clock.now()
    const shown = { id, command, startedAt, endedAt: undefined, problem: undefined, output: '', messages: [] }
    const run: Run = { shown, sent: [], left: [...(this.#last.get(command) ?? [])], told: Promise.resolve() }
    this.#runs.set(id, run)
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= keptRuns) break
      this.#runs.delete(oldest)
    }
    this.#publish(run)
    return id
  }

  /** @returns undefined where no such run is under way. */
  async end(id: string, result: ReplayResult): Promise<ReplayRun | undefined> {
    const run = this.#runs.get(id)
    await run?.told
    if (run === undefined || !isUnderWay(run)) return undefined
    this.#finish(run, result)
    return run.shown
  }

  /** Undefined: no replay sent it. */
  async of(key: MessageKey): Promise<Replayed | undefined> {
    const text = await this.#options.store.note(key, note)
    return text === undefined ? undefined : (JSON.parse(text) as Replayed)
  }

  /** Told of each run when it begins, sends and ends. @returns the way out. */
  subscribe(watcher: (run: ReplayRun) => void): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  #finish(run: Run, { problem, output }: ReplayResult): void {
    const { command } = run.shown
    run.shown = { ...run.shown, endedAt: this.#options.clock.now(), problem, output: output.slice(-maxOutput) }
    // One that failed may not have come to all of them.
    this.#last.delete(command)
    this.#last.set(command, problem === undefined && run.sent.length > 0 ? run.sent : [...run.sent, ...run.left])
    for (const oldest of this.#last.keys()) {
      if (this.#last.size <= keptRuns) break
      this.#last.delete(oldest)
    }
    this.#publish(run)
  }

  #look(changes: readonly Change[]): void {
    const run = [...this.#runs.values()].findLast(isUnderWay)
    if (run === undefined) return
    const arrived = changes.flatMap((change) => (change.kind === 'arrived' ? [change.summary] : []))
    if (arrived.length === 0) return
    const messages = arrived.map((summary) => take(run, summary))
    run.told = run.told.then(() => this.#tell(run, messages))
  }

  /** Pages hear of messages that say already what they stand in for. Never rejects. */
  async #tell(run: Run, messages: readonly ReplayedMessage[]): Promise<void> {
    const { store, log } = this.#options
    const { command } = run.shown
    try {
      for (const { key, before } of messages) await store.setNote(key, note, JSON.stringify({ command, before }))
      run.shown = { ...run.shown, messages: [...run.shown.messages, ...messages].slice(0, maxMessages) }
      this.#publish(run)
    } catch (error) {
      log.warn({ err: error }, 'what a replayed message stands in for could not be kept')
    }
  }

  #publish({ shown }: Run): void {
    for (const watcher of [...this.#watchers]) watcher(shown)
  }
}

const isUnderWay = ({ shown }: Run): boolean => shown.endedAt === undefined

function take(run: Run, { key, forwardPaths, subject }: MessageSummary): ReplayedMessage {
  const sent = { key, to: JSON.stringify([...forwardPaths].sort()), subject }
  if (run.sent.length < maxMessages) run.sent.push(sent)
  const fits = [
    (each: Sent) => each.to === sent.to && each.subject === sent.subject,
    (each: Sent) => each.to === sent.to,
    (each: Sent) => each.subject === sent.subject,
  ]
  for (const fit of fits) {
    const at = run.left.findIndex(fit)
    if (at >= 0) return { key, before: run.left.splice(at, 1)[0]?.key }
  }
  return { key, before: undefined }
}
