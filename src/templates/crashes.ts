import { asError } from './as-error.ts'
import type { LoadedEngine } from './engine.ts'

/** A rendering's own. */
export interface ExpectedCrash {
  /** The engine, whose renderings fail when it happens. */
  watch(engine: LoadedEngine): LoadedEngine
  happened(): boolean
}

/** What is thrown beside a rendering, from a timer or a promise that nobody waits for, fails the rendering in hand. */
export class Crashes {
  #report: ((error: unknown) => void) | undefined

  expect(): ExpectedCrash {
    let happened = false
    const happens = new Promise<never>((_resolve, reject) => {
      this.#report = (error) => {
        happened = true
        reject(asError(error))
      }
    })
    // It may happen when nobody waits for it any more.
    happens.catch(() => undefined)
    return {
      watch: (engine) => ({
        render: (input) => Promise.race([engine.render(input), happens]),
        ...(engine.renderText && {
          renderText: async (input) => Promise.race([engine.renderText?.(input) ?? input.source, happens]),
        }),
        forget: (files) => engine.forget(files),
      }),
      happened: () => happened,
    }
  }

  report(error: unknown): void {
    this.#report?.(error)
  }
}
