import type { MessageKey } from '../store/message.ts'
import type { Filing, MailboxState, Receipt } from '../store/store.ts'
import type { IncomingMessage } from './message-taker.ts'
import type { SessionContext } from './state.ts'

export interface ToFile {
  readonly flags: readonly string[]
  /** Milliseconds since 1970; undefined: now. */
  readonly internalDate: number | undefined
  readonly message: IncomingMessage
}

const everyone = 'all'

/**
 * Files messages, all of them or none (RFC 3502 §3). `all` sees in its INBOX what others append, like everything.
 * @returns their UIDs. @throws StoreError, and nothing is left of them.
 */
export async function appended(
  session: SessionContext,
  { account, mailbox }: { account: string; mailbox: MailboxState },
  messages: readonly ToFile[],
): Promise<readonly number[]> {
  const { store } = session.host
  const receipts: Receipt[] = []
  // Whoever hears of arrivals knows their UIDs when they are committed.
  const uids = new Map<MessageKey, number>()
  const leave = store.subscribe((changes) => {
    for (const change of changes) {
      if (change.kind !== 'arrived') continue
      const entry = change.entries.find(({ mailboxId }) => mailboxId === mailbox.id)
      if (entry) uids.set(change.summary.key, entry.uid)
    }
  })
  try {
    // Handed over together, so that they share one flush; their order is kept.
    const commits = messages.map(({ message, flags, internalDate }) => {
      const filing: Filing = {
        account,
        mailbox: mailbox.name,
        flags,
        ...(internalDate !== undefined && { internalDate }),
      }
      return message.take().commit({
        envelope: envelopeOf(session),
        sessionId: session.id,
        prologue: '',
        conversation: '',
        filing: account === everyone ? [filing] : [filing, { ...filing, account: everyone, mailbox: 'INBOX' }],
        ...(account === everyone && { alone: true }),
      })
    })
    for (const each of await Promise.allSettled(commits)) {
      if (each.status === 'rejected') throw each.reason
      receipts.push(each.value)
    }
    return receipts.map(({ key }) => uids.get(key) ?? missing())
  } catch (error) {
    if (messages.length > 1) await store.delete({ account, keys: receipts.map(({ key }) => key) })
    throw error
  } finally {
    leave()
  }
}

function missing(): never {
  throw new Error('A message was committed and its arrival not told')
}

function envelopeOf(session: SessionContext) {
  const { client, connectedAt, user, connection, host } = session
  const now = host.clock.now()
  const { tls } = connection
  return {
    reversePath: { address: '' },
    forwardPaths: [],
    heloName: '',
    client,
    listener: host.name,
    ...(tls && { tls }),
    authUser: user,
    connectedAt,
    mailAt: now,
    dataAt: now,
  }
}
