import type { CommandArguments } from './command-arguments.ts'
import type { Responses } from './responses.ts'
import type { SessionContext, State, StateKind } from './state.ts'

/** How a command ends well; the loop writes the tagged OK. */
export interface Outcome {
  /** The next state. Default: as before. */
  readonly state?: State
  /** Response code without brackets. */
  readonly code?: string
  /** Default: `NAME completed`. */
  readonly text?: string
  /** Done after the tagged OK is out: what changes the connection. */
  readonly afterwards?: () => void | Promise<void>
}

/** What `run` is given: the session, and of its state what every state of the command has. */
export type ContextOf<Kind extends StateKind> = { readonly session: SessionContext } & Extract<State, { kind: Kind }>

type Result = Outcome | undefined | void

export interface CommandSpec<Kind extends StateKind, Parsed> {
  /** In capitals. */
  readonly name: string
  readonly states: readonly Kind[]
  /** There is a UID form. RFC 9051 §6.4.9. */
  readonly uid?: boolean
  /** Responses may renumber messages. Not for FETCH, STORE and SEARCH by number. RFC 9051 §7.5.1. Default true. */
  readonly expungeAllowed?: (uid: boolean) => boolean
  /** Touches nothing. @throws ImapBad. */
  parse(args: CommandArguments): Parsed
  /** @throws ImapNo, ImapBad. */
  run(context: ContextOf<Kind>, parsed: Parsed, respond: Responses): Promise<Result> | Result
}

/** One verb of the protocol, as the loop runs it. */
export interface Command {
  readonly name: string
  readonly states: readonly StateKind[]
  readonly uid: boolean
  expungeAllowed(uid: boolean): boolean
  /** @returns how to run it. @throws ImapBad. */
  prepare(
    args: CommandArguments,
  ): (context: { session: SessionContext; state: State }, respond: Responses) => Promise<Outcome>
}

/** `states` decides what `run` is given: a view exists only where a mailbox is selected. */
export function command<Kind extends StateKind, Parsed>(spec: CommandSpec<Kind, Parsed>): Command {
  return {
    name: spec.name,
    states: spec.states,
    uid: spec.uid ?? false,
    expungeAllowed: spec.expungeAllowed ?? (() => true),
    prepare(args) {
      const parsed = spec.parse(args)
      args.end()
      return async ({ session, state }, respond) => {
        if (!inOneOf(state, spec.states)) throw new TypeError(`${spec.name} was run in a state it is not for`)
        return (await spec.run({ ...state, session }, parsed, respond)) ?? {}
      }
    },
  }
}

function inOneOf<Kind extends StateKind>(
  state: State,
  kinds: readonly Kind[],
): state is Extract<State, { kind: Kind }> {
  return kinds.some((kind) => kind === state.kind)
}

/** Of commands without arguments. */
export const noArguments = (): undefined => undefined
