import type { Loaded } from './loaded.ts'

/** Stands where something is that is not there yet, or could not be had. */
export function Waiting({ loaded }: { loaded: Exclude<Loaded<unknown>, { status: 'ready' }> }) {
  if (loaded.status === 'loading')
    return (
      <p class="note" aria-busy="true">
        Loading
      </p>
    )
  return (
    <p class="note" role="alert">
      {loaded.error.message}
    </p>
  )
}
