/**
 * Where time comes from. Everything that needs the time takes a `Clock`, so that tests move it by hand.
 * A leaf that any folder may import.
 */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01T00:00Z. May jump in either direction. */
  now(): number
  /** Monotonic clock, milliseconds since an unspecified start. Never goes back; use it for every duration. */
  monotonic(): number
}

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}
