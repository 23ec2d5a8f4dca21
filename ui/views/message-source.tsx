import type { Signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { WireDefect, WireMessage } from '../../src/http/wire-types.ts'
import { getOctets, messageUrl } from '../api.ts'
import { size } from '../format.ts'
import { useLoaded } from '../parts/loaded.ts'
import { sourceLines, type SourceLines } from '../parts/source-lines.ts'
import { useVirtual } from '../parts/virtual.ts'
import { Waiting } from '../parts/waiting.tsx'

const lineHeight = 20
/** The rest is for the download. */
const mostShown = 32 * 1024 * 1024

/** The octets as they came, with line numbers, and the defects marked where they are. */
export function Source({ message, place }: { message: WireMessage; place: Signal<number | null> }) {
  const loaded = useLoaded(message.key, () => getOctets(messageUrl(message.key, '/raw'), mostShown))
  const octets = loaded.status === 'ready' ? loaded.value.octets : undefined
  const lines = useMemo(() => (octets === undefined ? undefined : sourceLines(octets)), [octets])
  if (loaded.status !== 'ready') return <Waiting loaded={loaded} />
  return (
    <>
      {!loaded.value.complete && (
        <p class="bar-note">
          The first {size(loaded.value.octets.length)} of {size(message.octets)}. The download has all of it.
        </p>
      )}
      {lines !== undefined && <Lines lines={lines} defects={message.defects} place={place} />}
    </>
  )
}

interface LinesProperties {
  readonly lines: SourceLines
  readonly defects: readonly WireDefect[]
  readonly place: Signal<number | null>
}

/** Lines with their numbers; only what can be seen is rendered. */
export function Lines({ lines, defects, place }: LinesProperties) {
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtual({ count: lines.count, rowHeight: lineHeight, scroller, overscan: 20 })
  const marked = useMemo(() => byLine(lines, defects), [lines, defects])
  const target = place.value === null ? -1 : lines.lineAt(place.value)
  useEffect(() => {
    if (target < 0) return
    scroller.current?.scrollIntoView({ block: 'nearest' })
    virtual.scrollTo(target, 'center')
  }, [target, place.value])
  const digits = String(lines.count).length
  return (
    <div ref={scroller} class="source" tabIndex={0} role="region" aria-label="Source">
      <div class="source-lines" style={{ height: `${virtual.height}px`, '--digits': `${digits}ch` }}>
        {virtual.items.map(({ index, start }) => {
          const found = marked.get(index)
          return (
            <div
              key={index}
              class={`source-line ${found === undefined ? '' : 'defective'} ${index === target ? 'target' : ''}`}
              style={{ transform: `translateY(${start}px)` }}
              title={found?.map(({ text }) => text).join('\n')}
            >
              <span class="line-number">{index + 1}</span>
              <span class="line-text">{lines.text(index)}</span>
            </div>
          )
        })}
      </div>
    </div>
  )
}

function byLine(lines: SourceLines, defects: readonly WireDefect[]): ReadonlyMap<number, readonly WireDefect[]> {
  const marked = new Map<number, WireDefect[]>()
  for (const defect of defects) {
    const line = lines.lineAt(defect.offset)
    marked.set(line, [...(marked.get(line) ?? []), defect])
  }
  return marked
}
