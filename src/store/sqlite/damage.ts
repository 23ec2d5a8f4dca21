import { StoreError } from '../store.ts'
import { isDamaged } from './driver.ts'

/**
 * A damaged page shows itself when it is read. From then on nothing is written: what is whole can be read, mail is
 * refused, and everyone is told which folder it is and what to do.
 */
export class Damage {
  readonly #directory: string | undefined
  readonly #found: (error: StoreError) => void
  #error: StoreError | undefined

  constructor(directory: string | undefined, found: (error: StoreError) => void) {
    this.#directory = directory
    this.#found = found
  }

  /** What to throw in the place of an error: for damage, one that says so. */
  of(error: unknown): unknown {
    if (!showsDamage(error)) return error
    if (this.#error === undefined) {
      this.#error = damagedStore(this.#directory, error)
      this.#found(this.#error)
    }
    return this.#error
  }

  /** Before anything is written. @throws StoreError `damaged`. */
  refuse(): void {
    if (this.#error !== undefined) throw this.#error
  }
}

/** A page that SQLite cannot read; or a row that was whole JSON when it was written. */
const showsDamage = (error: unknown): boolean => isDamaged(error) || error instanceof SyntaxError

export function damagedStore(directory: string | undefined, cause: unknown): StoreError {
  const where = directory === undefined ? 'The store in memory' : `The database in ${directory}`
  const next =
    directory === undefined ? 'Start the server again' : `Stop the server, and run stuntmail doctor --data ${directory}`
  return new StoreError('damaged', `${where} is damaged: part of it cannot be read. ${next}`, { cause })
}

/** The same calls; where one meets damage, it says so. */
export function tellingDamage<Calls extends object>(calls: Calls, damage: () => Damage | undefined): Calls {
  const tell = (error: unknown): never => {
    throw damage()?.of(error) ?? error
  }
  const told = Object.entries(calls).map(([name, call]: [string, (args: never) => unknown]) => {
    const telling = (args: never): unknown => {
      try {
        const answer = call(args)
        return answer instanceof Promise ? answer.catch(tell) : answer
      } catch (error) {
        return tell(error)
      }
    }
    return [name, telling] as const
  })
  return Object.fromEntries(told) as Calls
}
