import type { Criteria } from '../query/criteria.ts'
import type { MessageKey } from '../store/message.ts'
import type { Candidate } from './candidate.ts'
import type { OpenWait } from './wait.ts'

/**
 * The waits that are open, by an address that a message must have for each: a test waits for the mail of a user of its
 * own, and is not asked about that of a thousand others.
 */
export class OpenWaits {
  readonly #all = new Set<OpenWait>()
  readonly #byAddress = new Map<string, Set<OpenWait>>()
  readonly #others = new Set<OpenWait>()

  get size(): number {
    return this.#all.size
  }

  all(): readonly OpenWait[] {
    return [...this.#all]
  }

  add(wait: OpenWait): void {
    this.#all.add(wait)
    const address = neededAddress(wait.request.criteria)
    if (address === undefined) {
      this.#others.add(wait)
      return
    }
    const those = this.#byAddress.get(address) ?? new Set()
    this.#byAddress.set(address, those.add(wait))
  }

  remove(wait: OpenWait): void {
    if (!this.#all.delete(wait)) return
    this.#others.delete(wait)
    const address = neededAddress(wait.request.criteria)
    const those = address === undefined ? undefined : this.#byAddress.get(address)
    if (those?.delete(wait) === true && those.size === 0 && address !== undefined) this.#byAddress.delete(address)
  }

  /** Those that the message may be for. */
  askedBy({ addresses }: Candidate): readonly OpenWait[] {
    if (addresses === undefined) return this.all()
    const asked = [...this.#others]
    for (const address of new Set(addresses)) asked.push(...(this.#byAddress.get(address) ?? []))
    return asked
  }

  /** @param keys undefined: every message there was. */
  forget(keys: readonly MessageKey[] | undefined): void {
    const gone = new Set(keys)
    for (const { found, early } of this.#all) {
      if (keys === undefined) found.clear()
      else for (const key of keys) found.delete(key)
      const left = keys === undefined ? [] : early.filter(({ summary }) => !gone.has(summary.key))
      early.splice(0, early.length, ...left)
    }
  }
}

/** One without which nothing matches; the text of criteria decides it, so that it is the same when a wait is removed. */
function neededAddress(criteria: Criteria | undefined): string | undefined {
  if (criteria?.kind === 'address') return criteria.address
  if (criteria?.kind !== 'and') return undefined
  for (const member of criteria.of) if (member.kind === 'address') return member.address
  return undefined
}
