import type { MessagePort } from 'node:worker_threads'
import { moved, serve, type Server } from './channel.ts'
import { openCore, type Core } from './core.ts'
import { tellingDamage } from './damage.ts'
import { buffersOf } from './entry-columns.ts'
import type { FlagChange } from '../store.ts'
import type { StoreCalls, StoreEvents } from './thread-calls.ts'

/** Serves the store's calls on a port: each finds its part of the core. */
export function serveStore(port: MessagePort): void {
  let core: Core | undefined
  const opened = (at?: number): Core => {
    if (!core) throw new Error('The store is not open')
    if (at !== undefined) core.time.at = at
    return core
  }
  /** With every message that was acknowledged. */
  const whole = (at?: number): Core => {
    const known = opened(at)
    known.restore()
    return known
  }
  const calls: StoreCalls = {
    async open(options) {
      core = await openCore(options, (name, value) => server.emit(name, value))
      return core.opened
    },
    commit: (batch) => writable(opened(batch.at)).queue.add(batch),
    spoolOpen: (id) => opened().queue.spoolOpen(id),
    spoolWrite: ({ id, octets }) => opened().queue.spoolWrite(id, octets),
    spoolAbort: (id) => opened().queue.spoolClose(id),
    recordSession: (session) => opened().ended.add(session),
    list: (request) => whole(request.at).views.list(request),
    find: (scope) => whole(scope.at).views.find(scope),
    get: ({ account, key }) => whole().views.get(account, key),
    locate: (key) => whole().locate(key),
    conversation: (key) => whole().views.conversation(key),
    setNote: ({ key, name, text }) => whole().setNote(key, name, text),
    note: ({ key, name }) => whole().note(key, name),
    sessions: ({ limit, filter }) => whole().sessions().newest(limit, filter),
    session: (id) => whole().sessions().get(id),
    flagMessages: ({ account, numbers, change }) =>
      whole().mutate((mutations) => mutations.flagMessages(account, numbers, change), { grows: addsKeywords(change) }),
    deleteMessages: (numbers) => whole().mutate((mutations) => mutations.deleteMessages(numbers)),
    deleteAll: () => whole().mutate((mutations) => mutations.deleteAll()),
    changesSince: ({ number, limit }) => whole().changes.since(number, limit),
    accounts: () => whole().views.accounts(),
    ...mailboxHandlers(whole),
    ...entryHandlers(whole),
    locateAll: (keys) => whole().locateAll(keys),
    indexable: ({ after, limit }) => whole().indexable(after, limit),
    numbers: () => whole().views.numbers(),
    count: () => whole().views.count(),
    holdsAll: (account) => whole().views.holdsAll(account),
    state: () => writable(whole()).state(),
    assertConsistent: () => whole().assertConsistent(),
    close: async () => core?.close(),
  }
  const handlers = tellingDamage(calls, () => core?.damage)
  const server: Server<StoreEvents> = serve<StoreCalls, StoreEvents>(port, handlers, (error) =>
    server.emit('log', failure(error)),
  )
}

/** The store goes on without whatever it was. */
function failure(error: unknown): StoreEvents['log'] {
  const fields = { error: error instanceof Error ? error.stack : String(error) }
  return { level: 'error', fields, text: 'The store could not do what nobody waits for' }
}

/** @throws StoreError `damaged`. */
function writable(core: Core): Core {
  core.damage.refuse()
  return core
}

type MailboxCalls =
  'mailboxes' | 'createMailbox' | 'deleteMailbox' | 'renameMailbox' | 'subscriptions' | 'setSubscribed'

function mailboxHandlers(whole: (at?: number) => Core): Pick<StoreCalls, MailboxCalls> {
  return {
    mailboxes: ({ name, at }) => whole(at).mailboxesOf(name),
    createMailbox: ({ account, name, specialUse, at }) =>
      whole(at).mutateMailboxes((boxes) => boxes.create(account, name, specialUse), { grows: true }),
    deleteMailbox: ({ account, name }) => whole().mutateMailboxes((boxes) => boxes.remove(account, name)),
    renameMailbox: ({ account, from, to, at }) =>
      whole(at).mutateMailboxes((boxes) => boxes.rename(account, from, to), { grows: true }),
    subscriptions: (account) => whole().subscriptions(account),
    setSubscribed: ({ account, name, subscribed }) =>
      whole().mutateMailboxes((boxes) => boxes.setSubscribed(account, name, subscribed), { grows: subscribed }),
  }
}

type EntryCalls = 'flagEntries' | 'entries' | 'copy' | 'move' | 'expunge' | 'expungedSince'

/** What clients of IMAP do with the entries of a mailbox. */
function entryHandlers(whole: (at?: number) => Core): Pick<StoreCalls, EntryCalls> {
  return {
    flagEntries: ({ mailboxId, uids, change, unchangedSince }) =>
      whole().mutate((mutations) => mutations.flagEntries(mailboxId, uids, change, unchangedSince), {
        grows: addsKeywords(change),
      }),
    entries({ mailboxId, fromUid }) {
      const packed = whole().entries(mailboxId, fromUid)
      return moved(packed, ...buffersOf(packed))
    },
    copy: ({ mailboxId, uids, toMailboxId, at }) =>
      whole(at).mutate((mutations) => mutations.copy(mailboxId, uids, toMailboxId), { grows: true }),
    move: ({ mailboxId, uids, toMailboxId, at }) =>
      whole(at).mutate((mutations) => mutations.move(mailboxId, uids, toMailboxId)),
    expunge: ({ mailboxId, uids, only }) => whole().mutate((mutations) => mutations.expunge(mailboxId, uids, only)),
    expungedSince: ({ mailboxId, modSeq }) => whole().changes.expungedSince(mailboxId, modSeq),
  }
}

/** System flags take next to nothing, and `\\Deleted` comes before EXPUNGE. */
const addsKeywords = ({ add = [], replace = [] }: FlagChange): boolean =>
  [...add, ...replace].some((flag) => !flag.startsWith('\\'))
