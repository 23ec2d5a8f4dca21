import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/virtual-core'
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'

interface VirtualOptions {
  readonly count: number
  /** Height of every row, CSS pixels. */
  readonly rowHeight: number
  readonly scroller: RefObject<HTMLElement | null>
  readonly overscan: number
}

/** Rows to render now, and the whole height. */
interface Virtual {
  readonly items: readonly VirtualItem[]
  readonly height: number
  /** Where the list is scrolled to, CSS pixels, as the last scroll event said: read without laying the page out. */
  readonly offset: number
  /** Brings a row into view with the least movement. */
  scrollTo(index: number, align?: 'auto' | 'center' | 'start'): void
}

/** Renders of a long list only what can be seen. All rows are of one height. */
export function useVirtual({ count, rowHeight, scroller, overscan }: VirtualOptions): Virtual {
  const [, rerender] = useState(0)
  const held = useRef<Virtualizer<HTMLElement, HTMLElement> | null>(null)
  const options = {
    count,
    overscan,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => rerender((version) => version + 1),
  }
  held.current ??= new Virtualizer(options)
  const virtualizer = held.current
  virtualizer.setOptions(options)
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer])
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, rowHeight])
  useLayoutEffect(() => virtualizer._willUpdate())
  return {
    items: virtualizer.getVirtualItems(),
    height: virtualizer.getTotalSize(),
    offset: virtualizer.scrollOffset ?? 0,
    scrollTo: (index, align = 'auto') => virtualizer.scrollToIndex(index, { align }),
  }
}
