/** Rules of the configuration that say which template captured messages follow. */

/** Messages that match a query follow a template. */
export interface TieRule {
  /** In the query language. */
  readonly query: string
  readonly template: string
  /** Default `default`; of no meaning where there is `data`. */
  readonly fixture?: string
  readonly locale?: string
  /** What is picked from the message, by its place in the data: `user.name`. */
  readonly data?: Readonly<Record<string, DataPick>>
}

/** A part of a message, or what stands in it after one text and before another; all that there is where they are left out. */
export type DataPick = PickSource | { readonly from: PickSource; readonly after?: string; readonly before?: string }

/** `header:NAME` is a header field, decoded; `to` and `rcpt` are the first address. */
export type PickSource = (typeof pickSources)[number] | `header:${string}`

export const pickSources = [
  'subject',
  'from',
  'from-name',
  'to',
  'to-name',
  'rcpt',
  'message-id',
  'date',
  'text',
  'html',
] as const
