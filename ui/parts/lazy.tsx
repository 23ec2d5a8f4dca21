import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** A component whose code comes when it is first shown, or before that by `preload`. */
interface Lazy<Properties> {
  (properties: Properties): preact.JSX.Element
  preload(): Promise<unknown>
}

/** @param load imports the component; asked once, again after a failure */
export function lazy<Properties extends object>(load: () => Promise<ComponentType<Properties>>): Lazy<Properties> {
  let loaded: ComponentType<Properties> | undefined
  let loading: Promise<unknown> | undefined
  function preload(): Promise<unknown> {
    loading ??= load().then(
      (component) => {
        loaded = component
      },
      (error: unknown) => {
        loading = undefined
        throw error
      },
    )
    return loading
  }
  function Lazy(properties: Properties) {
    const [state, setState] = useState<'loading' | 'failed' | 'ready'>(loaded === undefined ? 'loading' : 'ready')
    useEffect(() => {
      if (loaded !== undefined) return
      preload().then(
        () => setState('ready'),
        () => setState('failed'),
      )
    }, [])
    const Component = loaded
    if (Component !== undefined) return <Component {...properties} />
    return state === 'failed' ? (
      <p class="note" role="alert">
        This part of the page could not be loaded. Reload the page.
      </p>
    ) : (
      <p class="note" aria-busy="true">
        Loading
      </p>
    )
  }
  return Object.assign(Lazy, { preload })
}
