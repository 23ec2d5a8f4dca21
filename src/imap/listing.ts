/** Which mailboxes LIST and LSUB give. RFC 9051 §6.3.9, RFC 5258 §3. */
import type { MailboxState } from '../store/store.ts'
import { matchesListPattern } from './list-pattern.ts'

export interface Selection {
  /** With the reference before them. */
  readonly patterns: readonly string[]
  /** Only names that are subscribed. */
  readonly subscribed: boolean
  readonly specialUse: boolean
  /** Also names below which there is one that is selected and does not match. RFC 9051 §6.3.9.6. */
  readonly recursive: boolean
}

export interface ListedMailbox {
  readonly name: string
  /** Undefined for a name that is none of a mailbox: of one that has children, or of a subscription. */
  readonly mailbox: MailboxState | undefined
  readonly hasChildren: boolean
  readonly subscribed: boolean
  /** For which selection options it has children. */
  readonly childrenMatch: readonly ('SUBSCRIBED' | 'SPECIAL-USE')[]
}

/** By name, INBOX first. */
export function listed(
  mailboxes: readonly MailboxState[],
  subscriptions: ReadonlySet<string>,
  selection: Selection,
): readonly ListedMailbox[] {
  const parents = new Set(mailboxes.flatMap(({ name }) => parentsOf(name)))
  const byName = namesOf(mailboxes, selection.subscribed ? [...subscriptions] : [])
  const chosen = (name: string): boolean =>
    (!selection.subscribed || subscriptions.has(name)) &&
    (!selection.specialUse || byName.get(name)?.specialUse !== undefined)
  const below = selection.recursive ? childrenOf([...byName.keys()].filter(chosen), byName, subscriptions) : undefined
  const wanted = (option: 'SUBSCRIBED' | 'SPECIAL-USE'): boolean =>
    option === 'SUBSCRIBED' ? selection.subscribed : selection.specialUse
  return [...byName]
    .filter(([name]) => selection.patterns.some((pattern) => matchesListPattern(pattern, name)))
    .map(([name, mailbox]) => ({
      name,
      mailbox,
      hasChildren: parents.has(name),
      subscribed: subscriptions.has(name),
      childrenMatch: (below?.get(name) ?? []).filter(wanted),
    }))
    .filter(({ name, childrenMatch }) => chosen(name) || childrenMatch.length > 0)
    .sort(byInboxAndName)
}

/** Every name there is: of mailboxes, of subscriptions, and of what is above them. */
function namesOf(
  mailboxes: readonly MailboxState[],
  subscriptions: readonly string[],
): ReadonlyMap<string, MailboxState | undefined> {
  const byName = new Map<string, MailboxState | undefined>(mailboxes.map((mailbox) => [mailbox.name, mailbox]))
  for (const name of [...byName.keys(), ...subscriptions].flatMap((each) => [each, ...parentsOf(each)])) {
    if (!byName.has(name)) byName.set(name, undefined)
  }
  return byName
}

function childrenOf(
  names: readonly string[],
  byName: ReadonlyMap<string, MailboxState | undefined>,
  subscriptions: ReadonlySet<string>,
): ReadonlyMap<string, readonly ('SUBSCRIBED' | 'SPECIAL-USE')[]> {
  const below = new Map<string, ('SUBSCRIBED' | 'SPECIAL-USE')[]>()
  const note = (parent: string, option: 'SUBSCRIBED' | 'SPECIAL-USE'): void => {
    const options = below.get(parent) ?? []
    if (!options.includes(option)) options.push(option)
    below.set(parent, options)
  }
  for (const name of names) {
    for (const parent of parentsOf(name)) {
      if (subscriptions.has(name)) note(parent, 'SUBSCRIBED')
      if (byName.get(name)?.specialUse !== undefined) note(parent, 'SPECIAL-USE')
    }
  }
  return below
}

/** `a` and `a/b` of `a/b/c`. */
export function parentsOf(name: string): readonly string[] {
  const parents: string[] = []
  for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) parents.push(name.slice(0, at))
  return parents
}

function byInboxAndName(a: { name: string }, b: { name: string }): number {
  if (a.name === 'INBOX') return -1
  if (b.name === 'INBOX') return 1
  return a.name < b.name ? -1 : Number(a.name > b.name)
}
