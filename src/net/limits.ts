/** Counts connections, over as many listeners as share it. */
export interface ClientLimit {
  /** @returns how to leave again (once; later calls do nothing), or undefined when there is no place. */
  enter(): (() => void) | undefined
}

/** @param max connections at a time. */
export function clientLimit(max: number): ClientLimit {
  let count = 0
  return {
    enter() {
      if (count >= max) return undefined
      count++
      let inside = true
      return () => {
        if (inside) count--
        inside = false
      }
    },
  }
}
