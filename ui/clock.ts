import { signal } from '@preact/signals'

/** The time by which ages are told, milliseconds since 1970; goes on every half minute. */
export const now = signal(Date.now())
setInterval(() => {
  now.value = Date.now()
}, 30_000)
