/**
 * Events on their way from what happens to who watches: numbered, typed, and without logic. `server.ts` connects the
 * parts that publish to it. `publish` never throws: a watcher that fails is logged and stays.
 */
import type { Log } from '../log.ts'
import type { Change } from '../store/change.ts'
import type { ReplayRun } from '../replay/runs.ts'
import type { TemplateEvent } from '../templates/templates.ts'

/** What can be watched, by name. */
export interface ServerEvents {
  /** A batch of changes of the store, in order. */
  readonly changes: readonly Change[]
  /** Something of the templates, in order. */
  readonly templates: TemplateEvent
  /** A run of a command that sends mail again began, sent or ended. */
  readonly replays: ReplayRun
  /** A session of SMTP, IMAP or POP3 is over. */
  readonly sessions: undefined
}

/** An event with its number on this bus; they ascend by one. */
export interface Numbered<T> {
  readonly number: number
  readonly value: T
}

type Watcher<Name extends keyof ServerEvents> = (event: Numbered<ServerEvents[Name]>) => void

export interface EventBus {
  publish<Name extends keyof ServerEvents>(name: Name, value: ServerEvents[Name]): void
  /** @returns the way out. */
  subscribe<Name extends keyof ServerEvents>(name: Name, watcher: Watcher<Name>): () => void
}

export function eventBus(log: Log): EventBus {
  const watchers: { readonly [Name in keyof ServerEvents]: Set<Watcher<Name>> } = {
    changes: new Set(),
    templates: new Set(),
    replays: new Set(),
    sessions: new Set(),
  }
  let number = 0
  return {
    publish(name, value) {
      number++
      for (const watcher of [...watchers[name]]) {
        try {
          watcher({ number, value })
        } catch (error) {
          log.error({ err: error, event: name }, 'A watcher of events failed')
        }
      }
    },
    subscribe(name, watcher) {
      watchers[name].add(watcher)
      return () => void watchers[name].delete(watcher)
    },
  }
}
