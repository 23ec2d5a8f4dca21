import { command, noArguments } from '../command.ts'

/** CLOSE, RFC 9051 §6.4.1: removes what is marked as deleted, without telling. */
export const close = command({
  name: 'CLOSE',
  states: ['selected'],
  parse: noArguments,
  async run({ session, account, view }) {
    const { mirror } = view
    let code: string | undefined
    if (!view.readOnly && !mirror.gone) {
      const { modSeq } = await session.host.store.expunge(mirror.mailboxId, view.deletedUids(), 'deleted')
      if (modSeq !== undefined && session.enabled.has('QRESYNC')) code = `HIGHESTMODSEQ ${modSeq}`
    }
    return { state: { kind: 'authenticated', account }, ...(code !== undefined && { code }) }
  },
})
