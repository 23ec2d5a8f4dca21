import { useEffect } from 'preact/hooks'
import type { WireRenderingId } from '../../src/http/wire-types.ts'
import { lookAt, renderingKey, shownRendering, type Shown } from '../renderings.ts'

/** A rendering that follows every save while the component is there. @param wanted false: it is not looked at */
export function useRendering(id: WireRenderingId, wanted = true): Shown {
  const key = renderingKey(id)
  useEffect(() => (wanted ? lookAt(id) : undefined), [key, wanted])
  return shownRendering(id).value
}
