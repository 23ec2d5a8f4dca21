import type { ContextOf } from '../command.ts'
import { command } from '../command.ts'
import type { CommandArguments } from '../command-arguments.ts'
import { ImapNo } from '../error.ts'
import { flagResponse, flagsOf } from '../flag-response.ts'
import { findMailbox } from '../mailbox-lookup.ts'
import { encodeMailboxName } from '../mailbox-name.ts'
import { formatNumbers, NumberSet } from '../number-set.ts'
import type { Responses } from '../responses.ts'
import { View } from '../view.ts'
import { mailboxString } from '../wire/writer.ts'

/** What a client remembers of a mailbox. RFC 7162 §3.2.5. */
interface Remembered {
  readonly uidValidity: number
  readonly modSeq: number
  readonly uids: NumberSet | undefined
}

interface Parsed {
  readonly name: string
  readonly condstore: boolean
  readonly remembered: Remembered | undefined
}

const states = ['authenticated', 'selected'] as const
type Context = ContextOf<(typeof states)[number]>

/** SELECT, RFC 9051 §6.3.2; with CONDSTORE and QRESYNC, RFC 7162 §3.1.8, §3.2.5. */
export const select = command({
  name: 'SELECT',
  states,
  parse,
  run: (context, parsed, respond) => open(context, parsed, respond, false),
})

/** EXAMINE, RFC 9051 §6.3.3: the same, read-only. */
export const examine = command({
  name: 'EXAMINE',
  states,
  parse,
  run: (context, parsed, respond) => open(context, parsed, respond, true),
})

function parse(args: CommandArguments): Parsed {
  args.space()
  const name = args.mailbox()
  let condstore = false
  let remembered: Remembered | undefined
  if (!args.ended) {
    args.space()
    args.list(() => {
      const parameter = args.word()
      if (parameter === 'CONDSTORE') condstore = true
      else if (parameter === 'QRESYNC') remembered = parseRemembered(args)
      else args.fail(`Parameter ${parameter} is not known`)
    })
  }
  return { name, condstore, remembered }
}

// select-param =/ "QRESYNC" SP "(" uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data] ")"   RFC 7162 §7
function parseRemembered(args: CommandArguments): Remembered {
  args.expect(' (')
  const uidValidity = args.nzNumber()
  args.space()
  const modSeq = args.number64()
  let uids: NumberSet | undefined
  if (args.take(' ')) {
    if (args.peek() !== '(') {
      uids = setOf(args)
      if (!args.take(' ')) {
        args.expect(')')
        return { uidValidity, modSeq, uids }
      }
    }
    // What the client knows of numbers only saves us from telling it too much; the UIDs say it as well.
    args.expect('(')
    setOf(args)
    args.space()
    setOf(args)
    args.expect(')')
  }
  args.expect(')')
  return { uidValidity, modSeq, uids }
}

function setOf(args: CommandArguments): NumberSet {
  const set = args.sequenceSet()
  return set === '$' ? args.fail('A set of UIDs is expected') : set
}

async function open({ session, account }: Context, parsed: Parsed, respond: Responses, readOnly: boolean) {
  const { enabled, host } = session
  if (parsed.remembered !== undefined && !enabled.has('QRESYNC')) throw new ImapNo('ENABLE QRESYNC first', 'CLIENTBUG')
  // Whatever becomes of it, the mailbox before is left. RFC 9051 §6.3.2.
  const selectedBefore = session.selected
  session.deselect()
  if (selectedBefore) respond.ok('CLOSED', 'Previous mailbox closed')
  const mailbox = await findMailbox(host.store, account, parsed.name)
  if (parsed.condstore) session.enable('CONDSTORE')
  const mirror = await host.mirrors.open(mailbox)
  const view = new View(mirror, readOnly)
  const state = { kind: 'selected', account, mailbox: mailbox.name, view } as const
  // From here on the session closes the view, whatever happens.
  session.select(state)
  tellMailbox(view, respond, enabled.has('IMAP4REV2'))
  respond.ok(`MAILBOXID (${mailbox.objectId})`, 'Ok')
  if (enabled.has('IMAP4REV2')) respond.untagged(listLine(mailbox.name, parsed.name, session.utf8))
  if (parsed.remembered?.uidValidity === mirror.uidValidity)
    await tellMissed(view, parsed.remembered, { session, respond })
  return {
    code: readOnly ? 'READ-ONLY' : 'READ-WRITE',
    text: `${readOnly ? 'EXAMINE' : 'SELECT'} completed`,
  }
}

/** RFC 9051 §6.3.2; RECENT and UNSEEN by RFC 3501 §6.3.1. */
function tellMailbox(view: View, respond: Responses, rev2: boolean): void {
  const { mirror, readOnly } = view
  const flags = flagsOf(view)
  view.keywordsTold = mirror.keywords.size
  respond.untagged(`FLAGS (${flags})`)
  respond.untagged(`${view.count} EXISTS`)
  if (!rev2) respond.untagged(`${view.recent} RECENT`)
  const unseen = rev2 ? 0 : view.firstUnseen()
  if (unseen > 0) respond.ok(`UNSEEN ${unseen}`, 'First unseen message')
  respond.ok(`UIDVALIDITY ${mirror.uidValidity}`, 'UIDs valid')
  respond.ok(`UIDNEXT ${mirror.uidNext}`, 'Next UID')
  respond.ok(readOnly ? 'PERMANENTFLAGS ()' : `PERMANENTFLAGS (${flags} \\*)`, 'Flags that stay')
  respond.ok(`HIGHESTMODSEQ ${Math.max(1, mirror.highestModSeq)}`, 'Highest')
}

/** The mailbox by its own name, and by the one that was asked for where that is another spelling. RFC 9051 §6.3.2. */
function listLine(name: string, asked: string, utf8: boolean): string {
  const oldName =
    name === 'INBOX' || name === asked ? '' : ` ("OLDNAME" (${mailboxString(encodeMailboxName(asked, utf8))}))`
  return `LIST () "/" ${mailboxString(encodeMailboxName(name, utf8))}${oldName}`
}

/** What happened while the client was away. RFC 7162 §3.2.5.1. */
async function tellMissed(
  view: View,
  { modSeq, uids }: Remembered,
  { session, respond }: { session: Context['session']; respond: Responses },
): Promise<void> {
  const known = uids?.ranges(view.mirror.uidNext - 1) ?? [[1, view.mirror.uidNext - 1] as const]
  const isKnown = (uid: number): boolean => known.some(([low, high]) => uid >= low && uid <= high)
  const expunged = await session.host.store.expungedSince(view.mirror.mailboxId, modSeq)
  // Where the history is cut, everything that is known and not here has gone. RFC 7162 §3.2.5.2.
  const gone = expunged?.filter(isKnown) ?? missing(known, view)
  if (gone.length > 0) respond.untagged(`VANISHED (EARLIER) ${formatNumbers(gone)}`)
  for (let seqNum = 1; seqNum <= view.count; seqNum++) {
    const entry = view.entry(seqNum)
    if (entry === undefined || entry.modSeq <= modSeq || !isKnown(entry.uid)) continue
    respond.untagged(flagResponse(entry, session.enabled))
    if (seqNum % 1000 === 0) await respond.ready()
  }
}

function missing(known: readonly (readonly [number, number])[], view: View): readonly number[] {
  const gone: number[] = []
  for (const [low, high] of known) {
    for (let uid = low; uid <= Math.min(high, view.mirror.uidNext - 1); uid++)
      if (view.seqNumOf(uid) === 0) gone.push(uid)
  }
  return gone
}
