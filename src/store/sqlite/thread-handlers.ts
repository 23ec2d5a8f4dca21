import type { MessagePort } from 'node:worker_threads'
import { serve, type Server } from './channel.ts'
import { openCore, type Core } from './core.ts'
import type { StoreCalls, StoreEvents } from './thread-calls.ts'

/** Serves the store's calls on a port: each finds its part of the core. */
export function serveStore(port: MessagePort): void {
  let core: Core | undefined
  const opened = (at?: number): Core => {
    if (!core) throw new Error('The store is not open')
    if (at !== undefined) core.time.at = at
    return core
  }
  const server: Server<StoreEvents> = serve<StoreCalls, StoreEvents>(port, {
    async open(options) {
      core = await openCore(options, (name, value) => server.emit(name, value))
      return core.opened
    },
    commit: (batch) => opened(batch.at).queue.add(batch),
    spoolOpen: (id) => opened().queue.spoolOpen(id),
    spoolWrite: ({ id, octets }) => opened().queue.spoolWrite(id, octets),
    spoolAbort: (id) => opened().queue.spoolAbort(id),
    recordSession: (session) => opened().ended.add(session),
    list: (request) => opened(request.at).views.list(request),
    find: (scope) => opened(scope.at).views.find(scope),
    get: ({ account, key }) => opened().views.get(account, key),
    locate: (key) => opened().locate(key),
    conversation: (key) => opened().views.conversation(key),
    sessions: (limit) => opened().sessions().newest(limit),
    session: (id) => opened().sessions().get(id),
    flagMessages: ({ account, numbers, change }) => opened().mutations.flagMessages(account, numbers, change),
    flagEntries: ({ mailboxId, uids, change }) => opened().mutations.flagEntries(mailboxId, uids, change),
    deleteMessages: (numbers) => opened().mutations.deleteMessages(numbers),
    deleteAll: () => opened().deleteAll(),
    changesSince: ({ number, limit }) => opened().changes.since(number, limit),
    accounts: () => opened().views.accounts(),
    mailboxes: ({ name, at }) => opened(at).mailboxesOf(name),
    createMailbox: ({ account, name, at }) => opened(at).mutations.createMailbox(account, name),
    deleteMailbox: ({ account, name }) => opened().mutations.deleteMailbox(account, name),
    renameMailbox: ({ account, from, to, at }) => opened(at).mutations.renameMailbox(account, from, to),
    entries: (id) => opened().entries(id),
    copy: ({ mailboxId, uids, toMailboxId }) => opened().mutations.copy(mailboxId, uids, toMailboxId),
    expunge: ({ mailboxId, uids }) => opened().mutations.expunge(mailboxId, uids),
    indexable: ({ after, limit }) => opened().indexable(after, limit),
    numbers: () => opened().views.numbers(),
    count: () => opened().views.count(),
    holdsAll: (account) => opened().views.holdsAll(account),
    state: () => opened().state(),
    assertConsistent: () => opened().assertConsistent(),
    close: async () => core?.close(),
  })
}
