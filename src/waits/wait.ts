/** What is asked, what is answered, and what stands in between. */
import type { Criteria } from '../query/criteria.ts'
import type { Change } from '../store/change.ts'
import type { MessageKey, MessageSummary } from '../store/message.ts'

export type Arrival = Extract<Change, { readonly kind: 'arrived' }>

export interface WaitRequest {
  /** Undefined: every message. */
  readonly criteria: Criteria | undefined
  /** `all` or a folded address. */
  readonly account: string
  /** How many have to be there. */
  readonly count: number
  /** Only messages that arrived by a later change. Undefined: whatever is in the store. */
  readonly since: number | undefined
  /** 0 asks once. */
  readonly timeoutMs: number
}

export type WaitOutcome =
  | {
      readonly kind: 'found' | 'timeout'
      /** Those that match, oldest first; at most 1,000. */
      readonly messages: readonly MessageSummary[]
      /** The answer takes in what came up to this change. */
      readonly change: number
    }
  /** `since` is a change that has not happened: of another store, or an invention. */
  | { readonly kind: 'ahead'; readonly change: number }
  | { readonly kind: 'stopping' | 'left' | 'too-many' }

/** What an open wait has, and how it is settled. */
export interface OpenWait {
  readonly request: WaitRequest
  /** By key, in the order in which they arrived. */
  readonly found: Map<MessageKey, MessageSummary>
  /** Up to here arrivals are in `found` already. Undefined: that is being found out, and `early` is what came since. */
  change: number | undefined
  readonly early: Arrival[]
  settle(outcome: WaitOutcome): void
}
