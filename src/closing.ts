/** What has to be undone at the end. */
export interface Closing {
  add(close: () => Promise<void>): void
  /** Last in, first out; each runs, and the first error comes out at the end. Once. */
  run(): Promise<void>
}

export function closing(): Closing {
  const steps: (() => Promise<void>)[] = []
  let done: Promise<void> | undefined
  const runAll = async (): Promise<void> => {
    const errors: unknown[] = []
    for (const step of steps.reverse()) await step().catch((error: unknown) => errors.push(error))
    if (errors.length > 0) throw errors[0]
  }
  return { add: (step) => void steps.push(step), run: () => (done ??= runAll()) }
}
