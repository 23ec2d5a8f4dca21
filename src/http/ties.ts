/**
 * Which template a captured message follows: what somebody said by REST, else what its header fields say, else the first
 * rule of the configuration that fits.
 */
import type { Criteria } from '../query/criteria.ts'
import type { StoredMessage } from '../store/message.ts'
import type { Store } from '../store/store.ts'
import { ownFixture, tieOf, type CapturedData, type Tie } from '../templates/captured.ts'
import type { TemplateData } from '../templates/engine.ts'
import type { RenderingId } from '../templates/rendering.ts'
import type { TieRule } from '../templates/tie-rule.ts'
import { messageContents, type MessageContents, type OpenMessage } from './message-content.ts'
import { pickedData } from './picked-data.ts'
import { templateData } from './template-wire.ts'

/** A rule with its query understood; undefined fits every message. */
export interface ReadyRule extends TieRule {
  readonly criteria: Criteria | undefined
}

/** Said by hand. With data, `fixture` has no meaning. */
export interface SaidTie extends RenderingId {
  readonly data?: TemplateData | undefined
}

export interface Ties {
  /** Undefined: it follows none. */
  of(message: StoredMessage, open: OpenMessage): Promise<Tie | undefined>
  /** Says it for good; undefined takes back what was said. @returns whether there is such a message. */
  say(key: string, said: SaidTie | undefined): Promise<boolean>
  /** The message's own data, for renderings. */
  readonly data: CapturedData
}

/** Of the note that the store keeps. */
const note = 'template'

export function messageTies(store: Store, rules: readonly ReadyRule[]): Ties {
  const contents: MessageContents = messageContents(store)
  const of: Ties['of'] = async (message, open) =>
    (await saidOf(store, message.summary.key)) ??
    tieOf(open.tree.root, message.summary.key) ??
    (await ruleTie(store, rules, { message, open }))
  return {
    of,
    say: (key, said) => store.setNote(key, note, said && JSON.stringify(said)),
    async data(key) {
      const message = await store.get('all', key)
      if (message === undefined) throw new Error('The message is not there any more')
      const tie = await contents.open(key, (open) => of(message, open))
      if (tie?.data !== undefined) return tie.data
      throw new Error(tie?.problem ?? 'The message has no data for a template')
    },
  }
}

async function saidOf(store: Store, key: string): Promise<Tie | undefined> {
  const text = await store.note(key, note)
  if (text === undefined) return undefined
  const { template, fixture, locale, data } = JSON.parse(text) as SaidTie
  const said = { template, locale, by: 'hand', problem: undefined } as const
  if (data === undefined) return { ...said, fixture, data }
  return { ...said, fixture: ownFixture(key), data: templateData(data) }
}

async function ruleTie(
  store: Store,
  rules: readonly ReadyRule[],
  { message, open }: { message: StoredMessage; open: OpenMessage },
): Promise<Tie | undefined> {
  const { key } = message.summary
  for (const { criteria, template, fixture = 'default', locale = '', data: picks } of rules) {
    const found = criteria === undefined ? [key] : await store.find({ account: 'all', keys: [key], criteria })
    if (found.length === 0) continue
    const tie = { template, locale, by: 'rule', problem: undefined } as const
    if (picks === undefined) return { ...tie, fixture, data: undefined }
    return { ...tie, fixture: ownFixture(key), data: await pickedData(picks, message, open) }
  }
  return undefined
}
