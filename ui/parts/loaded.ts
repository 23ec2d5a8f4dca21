import { useEffect, useRef, useState } from 'preact/hooks'

/** What became of a request: under way, answered, or failed. */
export type Loaded<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly value: T }
  | { readonly status: 'failed'; readonly error: Error }

/** Loads when the name changes; an answer that comes after the next question is dropped. @param name says what is loaded */
export function useLoaded<T>(name: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ name: string; loaded: Loaded<T> }>({ name, loaded: { status: 'loading' } })
  useEffect(() => {
    let current = true
    load().then(
      (value) => current && setState({ name, loaded: { status: 'ready', value } }),
      (error: unknown) => current && setState({ name, loaded: { status: 'failed', error: asError(error) } }),
    )
    return () => {
      current = false
    }
  }, [name])
  return state.name === name ? state.loaded : { status: 'loading' }
}

/** The same, and while it loads again what was there before stays. */
export function useLatest<T>(name: string, load: () => Promise<T>): Loaded<T> {
  const loaded = useLoaded(name, load)
  const last = useRef<Loaded<T>>(loaded)
  if (loaded.status !== 'loading') last.current = loaded
  return last.current
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
