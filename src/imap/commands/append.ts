import { command } from '../command.ts'
import type { CommandArguments } from '../command-arguments.ts'
import { ImapBad, ImapNo } from '../error.ts'
import { parseDateTime } from '../date-time.ts'
import { appended } from '../appended.ts'
import { findMailbox } from '../mailbox-lookup.ts'
import { IncomingMessage } from '../message-taker.ts'
import { formatNumbers } from '../number-set.ts'

interface ToAppend {
  readonly flags: readonly string[]
  readonly internalDate: number | undefined
  readonly message: IncomingMessage
}

/** APPEND, RFC 9051 §6.3.12; more than one message, RFC 3502; literal8, RFC 3516; UTF8, RFC 6855 §4. */
export const append = command({
  name: 'APPEND',
  states: ['authenticated', 'selected'],
  parse(args) {
    args.space()
    const name = args.mailbox()
    const messages: ToAppend[] = []
    do {
      args.space()
      messages.push(parseMessage(args))
    } while (!args.ended)
    return { name, messages }
  },
  async run({ session, account }, { name, messages }) {
    const { store } = session.host
    const mailbox = await findMailbox(store, account, name, 'TRYCREATE')
    if (messages.some(({ message }) => message.octets === 0))
      throw new ImapNo('A message of no octets cannot be kept', 'CANNOT')
    const uids = await appended(session, { account, mailbox }, messages)
    return { code: `APPENDUID ${mailbox.uidValidity} ${formatNumbers(uids)}` }
  },
})

// append-message = [SP flag-list] [SP date-time] SP append-data          RFC 3502 §6
function parseMessage(args: CommandArguments): ToAppend {
  let flags: readonly string[] = []
  if (args.peek() === '(') {
    flags = args.flagList().filter((flag) => flag.toLowerCase() !== '\\recent')
    args.space()
  }
  let internalDate: number | undefined
  if (args.peek() === '"') {
    internalDate = parseDateTime(args.string().toString('latin1'))
    if (internalDate === undefined) throw new ImapBad('Not a date and time, such as "17-Jul-1996 02:44:25 -0700"')
    args.space()
  }
  const wrapped = args.take('UTF8 (')
  const message = args.literalOrSink()
  if (wrapped) args.expect(')')
  if (!(message instanceof IncomingMessage)) throw new ImapBad('A message is expected as a literal')
  return { flags, internalDate, message }
}
