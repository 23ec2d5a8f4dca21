import type { Understanding } from '../sqlite/understanding.ts'
import type { Arrival, Filing } from '../store.ts'

/** The name of the listener of a message whose envelope is not known any more. */
export const rebuiltListener = 'rebuilt'

/**
 * An envelope from the header fields, for a message whose own is lost: who it is from and to. Hidden recipients (Bcc) are
 * known only where the message has the field, or where it is filed is known still.
 */
export function arrivalFromHeader(
  { summary }: Understanding,
  { number, at, filed }: { readonly number: number; readonly at: number; readonly filed: readonly Filing[] },
): Arrival {
  const { from, to, cc, bcc } = summary.fieldAddresses
  const named = [...to, ...cc, ...bcc].filter((address) => !/\p{Cc}/u.test(address))
  const inHeader = named.map((account): Filing => ({ account, mailbox: 'INBOX', flags: [] }))
  const filing = filed.length > 0 ? filed : inHeader
  const accounts = new Set(filing.map(({ account }) => account))
  const recipients = [...accounts].filter((account) => account !== '' && account !== 'all')
  return {
    envelope: {
      reversePath: { address: from[0] ?? '' },
      forwardPaths: recipients.map((address) => ({ address })),
      heloName: '',
      client: { address: '', port: 0 },
      listener: rebuiltListener,
      connectedAt: at,
      mailAt: at,
      dataAt: at,
    },
    sessionId: `${rebuiltListener}-${number}`,
    prologue: '',
    conversation: '',
    filing: filing.filter(({ account }) => account !== ''),
  }
}
