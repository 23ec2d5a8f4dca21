import type { Outcome, SessionContext, State, StateKind } from './state.ts'

export interface CommandSpec<Kind extends StateKind, Parsed> {
  /** In capitals. */
  readonly name: string
  readonly states: readonly Kind[]
  /** Its arguments are secrets. SEC-1. */
  readonly secret?: true
  /** Spaces at the end belong to the argument. Default false: they are forgiven. */
  readonly wholeLine?: true
  /** @param argument what follows the keyword and a space. Touches nothing. @throws Pop3Refusal. */
  parse(argument: string): Parsed
  /** @throws Pop3Refusal. */
  run(
    context: { readonly session: SessionContext } & Extract<State, { kind: Kind }>,
    parsed: Parsed,
  ): Promise<Outcome> | Outcome
}

/** One verb of the protocol, as the loop runs it. */
export interface Command {
  readonly name: string
  readonly states: readonly StateKind[]
  readonly secret: boolean
  readonly wholeLine: boolean
  /** @throws Pop3Refusal. */
  prepare(argument: string): (context: { session: SessionContext; state: State }) => Promise<Outcome>
}

/** `states` decides what `run` is given: a maildrop exists only in the TRANSACTION state. */
export function command<Kind extends StateKind, Parsed>(spec: CommandSpec<Kind, Parsed>): Command {
  return {
    name: spec.name,
    states: spec.states,
    secret: spec.secret ?? false,
    wholeLine: spec.wholeLine ?? false,
    prepare(argument) {
      const parsed = spec.parse(argument)
      return async ({ session, state }) => {
        if (!inOneOf(state, spec.states)) throw new TypeError(`${spec.name} was run in a state it is not for`)
        return spec.run({ ...state, session }, parsed)
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
