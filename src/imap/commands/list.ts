import { command } from '../command.ts'
import type { CommandArguments } from '../command-arguments.ts'
import { listed, type ListedMailbox } from '../listing.ts'
import { encodeMailboxName } from '../mailbox-name.ts'
import { parseStatusItems, statusText, type StatusItem } from '../status-items.ts'
import { mailboxString } from '../wire/writer.ts'

const selections = ['SUBSCRIBED', 'REMOTE', 'RECURSIVEMATCH', 'SPECIAL-USE'] as const
const returns = ['SUBSCRIBED', 'CHILDREN', 'SPECIAL-USE'] as const

interface Parsed {
  readonly select: ReadonlySet<(typeof selections)[number]>
  readonly reference: string
  readonly patterns: readonly string[]
  readonly give: ReadonlySet<(typeof returns)[number]>
  readonly status: readonly StatusItem[] | undefined
  /** Whether it is the extended form. RFC 9051 §6.3.9. */
  readonly extended: boolean
}

/** LIST, RFC 9051 §6.3.9; RFC 5258, RFC 5819 (LIST-STATUS), RFC 6154 (SPECIAL-USE). */
export const list = command({
  name: 'LIST',
  states: ['authenticated', 'selected'],
  parse,
  async run({ session, account }, parsed, respond) {
    if (parsed.patterns.every((pattern) => pattern === '') && !parsed.extended) {
      // Asks for the delimiter. RFC 9051 §6.3.9.
      respond.untagged('LIST (\\Noselect) "/" ""')
      return
    }
    const { store } = session.host
    const [mailboxes, subscriptions] = await Promise.all([store.mailboxes(account), store.subscriptions(account)])
    const rows = listed(mailboxes, new Set(subscriptions), {
      patterns: parsed.patterns.map((pattern) => parsed.reference + pattern),
      subscribed: parsed.select.has('SUBSCRIBED'),
      recursive: parsed.select.has('RECURSIVEMATCH'),
      specialUse: parsed.select.has('SPECIAL-USE'),
    })
    for (const row of rows) {
      const name = mailboxString(encodeMailboxName(row.name, session.utf8))
      respond.untagged(`LIST (${attributes(row, parsed).join(' ')}) "/" ${name}${childInfo(row)}`)
      if (parsed.status === undefined || row.mailbox === undefined) continue
      respond.untagged(`STATUS ${name} (${await statusText(row.mailbox, parsed.status, session.host)})`)
      await respond.ready()
    }
  },
})

function parse(args: CommandArguments): Parsed {
  args.space()
  const select = new Set<(typeof selections)[number]>()
  const extended = args.peek() === '('
  if (extended) {
    args.list(() => {
      const option = args.word()
      const known = selections.find((name) => name === option)
      select.add(known ?? args.fail(`Selection option ${option.slice(0, 20)} is not known`))
    })
    args.space()
    if (select.has('RECURSIVEMATCH') && !select.has('SUBSCRIBED') && !select.has('SPECIAL-USE')) {
      args.fail('RECURSIVEMATCH needs another selection option')
    }
  }
  const reference = args.listPattern(args.astring())
  args.space()
  const pattern = (): string => args.listPattern(args.listMailbox())
  const many = args.peek() === '('
  const patterns = many ? args.list(pattern) : [pattern()]
  const { give, status } = parseReturn(args)
  return {
    select,
    reference,
    patterns,
    give: give ?? new Set(),
    status,
    extended: extended || many || give !== undefined,
  }
}

function parseReturn(args: CommandArguments) {
  if (args.ended) return { give: undefined, status: undefined }
  const give = new Set<(typeof returns)[number]>()
  let status: readonly StatusItem[] | undefined
  args.expect(' RETURN ')
  args.list(() => {
    const option = args.word()
    if (option === 'STATUS') {
      args.space()
      status = parseStatusItems(args)
      return
    }
    const known = returns.find((name) => name === option)
    give.add(known ?? args.fail(`Return option ${option.slice(0, 20)} is not known`))
  })
  return { give, status }
}

function attributes(row: ListedMailbox, { select, give }: Parsed): readonly string[] {
  const { mailbox } = row
  return [
    ...(mailbox === undefined ? ['\\NonExistent', '\\Noselect'] : []),
    row.hasChildren ? '\\HasChildren' : '\\HasNoChildren',
    ...(row.subscribed && (select.has('SUBSCRIBED') || give.has('SUBSCRIBED')) ? ['\\Subscribed'] : []),
    ...(mailbox?.specialUse === undefined ? [] : [mailbox.specialUse]),
  ]
}

// RFC 9051 §6.3.9.6
const childInfo = ({ childrenMatch }: ListedMailbox): string =>
  childrenMatch.length === 0 ? '' : ` ("CHILDINFO" (${childrenMatch.map((option) => `"${option}"`).join(' ')}))`
