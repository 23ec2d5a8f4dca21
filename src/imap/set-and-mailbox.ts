import type { CommandArguments, MessageSet } from './command-arguments.ts'

/** copy = "COPY" SP sequence-set SP mailbox; move the same. RFC 9051 §9. */
export function parseSetAndMailbox(args: CommandArguments): { set: MessageSet; name: string; uid: boolean } {
  args.space()
  const set = args.sequenceSet()
  args.space()
  return { set, name: args.mailbox(), uid: args.uid }
}
