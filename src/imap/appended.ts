import type { Filing, MailboxState, Receipt } from '../store/store.ts'
import { ImapNo } from './error.ts'
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
    return await Promise.all(receipts.map(({ key }) => uidOf(session, { account, mailbox, key })))
  } catch (error) {
    if (messages.length > 1) await store.delete({ account, keys: receipts.map(({ key }) => key) })
    throw error
  }
}

async function uidOf(
  session: SessionContext,
  { account, mailbox, key }: { account: string; mailbox: MailboxState; key: string },
): Promise<number> {
  const stored = await session.host.store.get(account, key)
  const entry = stored?.entries.find(({ mailboxId }) => mailboxId === mailbox.id)
  if (entry === undefined) throw new ImapNo('The message was removed at once', 'EXPUNGEISSUED')
  return entry.uid
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
    ...(tls && { tls: { version: tls.getProtocol() ?? '', cipher: tls.getCipher().standardName } }),
    authUser: user,
    connectedAt,
    mailAt: now,
    dataAt: now,
  }
}
