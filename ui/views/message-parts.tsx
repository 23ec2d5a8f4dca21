import { useMemo, useRef } from 'preact/hooks'
import type { WireMessage, WirePart } from '../../src/http/wire-types.ts'
import { cut, figure, size } from '../format.ts'
import { partUrl } from '../parts/attachments.tsx'
import { Icon } from '../parts/icon.tsx'
import { partRows, type PartRow } from '../parts/part-rows.ts'
import { useVirtual } from '../parts/virtual.ts'

const rowHeight = 34
/** Deeper parts stand no further to the right. */
const deepestShown = 20

/** The MIME tree of a message; only what can be seen of it is rendered. */
export function Parts({ message }: { message: WireMessage }) {
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => partRows(message.part), [message.part])
  const virtual = useVirtual({ count: rows.length, rowHeight, scroller, overscan: 10 })
  return (
    <div ref={scroller} class="part-scroller" tabIndex={0} role="region" aria-label="Parts">
      <ul class="part-list" style={{ height: `${virtual.height}px` }}>
        {virtual.items.map(({ index, start }) => {
          const row = rows[index]
          return (
            row !== undefined && (
              <li
                key={index}
                style={{ transform: `translateY(${start}px)` }}
                aria-setsize={rows.length}
                aria-posinset={index + 1}
              >
                <Part messageKey={message.key} row={row} />
              </li>
            )
          )
        })}
      </ul>
    </div>
  )
}

function Part({ messageKey, row: { part, depth } }: { messageKey: string; row: PartRow }) {
  const name = part.filename === null ? null : cut(part.filename)
  const section = cut(part.n, 40)
  return (
    <div class="part" style={{ paddingLeft: `${Math.min(depth, deepestShown) * 16}px` }}>
      <code class="part-section">{part.n === '' ? 'message' : section}</code>
      <strong>{cut(part.mediaType)}</strong>
      {name !== null && <span>{name}</span>}
      <span class="quiet">{factsOf(part)}</span>
      {part.children.length === 0 && (
        <a
          class="icon-button small"
          href={partUrl(messageKey, part.n === '' ? '1' : part.n)}
          download={name ?? ''}
          title="Download, decoded"
          aria-label={`Download part ${section || '1'}`}
        >
          <Icon name="download" />
        </a>
      )}
    </div>
  )
}

function factsOf(part: WirePart): string {
  const facts = [
    part.charset,
    part.transferEncoding,
    part.disposition,
    part.contentId === null ? null : `<${cut(part.contentId)}>`,
    `${figure(part.lines)} lines`,
    size(part.octets),
  ]
  return facts.flatMap((fact) => (fact === null ? [] : [cut(fact)])).join(' · ')
}
