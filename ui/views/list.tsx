import { useLayoutEffect, useRef } from 'preact/hooks'
import { figure } from '../format.ts'
import { arrivedAbove, growTo, indexOf, listing, type Listing } from '../listing.ts'
import { Icon } from '../parts/icon.tsx'
import { ListHead } from '../parts/list-head.tsx'
import { Placeholder, MessageRow } from '../parts/row.tsx'
import { useVirtual } from '../parts/virtual.ts'
import { route } from '../route.ts'
import { cursor, isSelected } from '../state.ts'

const rowHeight = 76

/** The messages, newest first. What one reads stays where it is whatever arrives. */
export function ListView() {
  const scroller = useRef<HTMLDivElement>(null)
  const shown = listing.value
  const { rows, total, status } = shown
  const virtual = useVirtual({ count: Math.max(total, rows.length), rowHeight, scroller, overscan: 8 })
  useAnchor(scroller, shown, virtual.offset)
  const last = virtual.items[virtual.items.length - 1]?.index ?? 0
  useLayoutEffect(() => {
    if (last >= rows.length - 50) void growTo(last + 50)
  }, [last, shown])
  useLayoutEffect(() => {
    const index = cursor.value === null ? -1 : indexOf(cursor.value)
    if (index >= 0) virtual.scrollTo(index)
  }, [cursor.value])
  const focusable = tabStop(rows.length, virtual.items[0]?.index ?? 0)
  return (
    <section class="pane list-pane" aria-label="Messages">
      <ListHead />
      <div class="list-area">
        <ArrivedPill onShow={() => scroller.current?.scrollTo({ top: 0 })} />
        <div
          ref={scroller}
          class="list-scroller"
          onScroll={(event) => {
            if (event.currentTarget.scrollTop < rowHeight / 2) arrivedAbove.value = 0
          }}
        >
          {total === 0 && rows.length === 0 ? (
            <Nothing status={status} />
          ) : (
            <div role="grid" aria-label="Messages" aria-rowcount={total} aria-multiselectable="true">
              <div role="rowgroup" class="list-rows" style={{ height: `${virtual.height}px` }}>
                {virtual.items.map(({ index, start }) => {
                  const row = rows[index]
                  if (row === undefined) return <Placeholder key={`empty-${index}`} index={index} top={start} />
                  return (
                    <MessageRow
                      key={row.key}
                      row={row}
                      index={index}
                      top={start}
                      open={route.value.message === row.key}
                      selected={isSelected(row.key)}
                      focusable={index === focusable}
                    />
                  )
                })}
              </div>
            </div>
          )}
        </div>
      </div>
    </section>
  )
}

/** The one row that Tab reaches: where the cursor is, else the first that can be seen. */
function tabStop(loaded: number, firstShown: number): number {
  const key = cursor.value ?? route.value.message
  const index = key === null ? -1 : indexOf(key)
  return index >= 0 ? index : Math.min(firstShown, Math.max(0, loaded - 1))
}

/**
 * Keeps the row at the top of the view where it is when rows come or go above it, unless the list stands at its top.
 * @param offset where the last scroll event left it, CSS pixels
 */
function useAnchor(scroller: { readonly current: HTMLElement | null }, shown: Listing, offset: number): void {
  const anchor = useRef<{ key: string; index: number; query: string } | null>(null)
  // To ask the element has the page laid out. It is asked only where the list may have been scrolled just now.
  const top = (): number => (offset > 0 ? (scroller.current?.scrollTop ?? 0) : 0)
  useLayoutEffect(() => {
    const element = scroller.current
    const before = anchor.current
    if (element === null) return
    if (before?.query !== shown.query) {
      if (before !== null) element.scrollTop = 0
    } else if (top() > 0) {
      const index = indexOf(before.key)
      if (index >= 0 && index !== before.index) element.scrollTop += (index - before.index) * rowHeight
    } else arrivedAbove.value = 0
  }, [shown])
  useLayoutEffect(() => {
    const index = Math.min(Math.floor(top() / rowHeight), shown.rows.length - 1)
    const row = shown.rows[index]
    anchor.current = row === undefined ? null : { key: row.key, index, query: shown.query }
  })
}

function ArrivedPill({ onShow }: { onShow: () => void }) {
  const arrived = arrivedAbove.value
  if (arrived === 0) return null
  return (
    <button type="button" class="arrived-pill" onClick={onShow}>
      <Icon name="arrow-up" />
      {figure(arrived)} new
    </button>
  )
}

function Nothing({ status }: { status: Listing['status'] }) {
  if (status === 'loading')
    return (
      <p class="note" aria-busy="true">
        Loading
      </p>
    )
  if (status === 'failed')
    return (
      <p class="note" role="alert">
        The messages cannot be loaded. They come back with the connection.
      </p>
    )
  return <p class="note">{route.value.query === '' ? 'No messages' : 'Nothing matches this search'}</p>
}
