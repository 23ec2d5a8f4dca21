import { useRef } from 'preact/hooks'
import type { WireMessage, WirePart } from '../../src/http/wire-types.ts'
import { count, cut, figure, size } from '../format.ts'
import { partUrl } from '../parts/attachments.tsx'
import { Icon } from '../parts/icon.tsx'
import { Said } from '../parts/said.tsx'
import { useVirtual } from '../parts/virtual.ts'

const rowHeight = 34
/** Deeper parts stand no further to the right. */
const deepestShown = 20

/** The parts of a message, each further to the right than the one it is in; only what can be seen of it is rendered. */
export function Parts({ message }: { message: WireMessage }) {
  const scroller = useRef<HTMLDivElement>(null)
  const { parts, partCount } = message
  const virtual = useVirtual({ count: parts.length, rowHeight, scroller, overscan: 10 })
  return (
    <div ref={scroller} class="part-scroller" tabIndex={0} role="region" aria-label="Parts">
      {partCount > parts.length && (
        <p class="note">
          The first {figure(parts.length)} of {count(partCount, 'part')}; the source has all of them.
        </p>
      )}
      <ul class="part-list" style={{ height: `${virtual.height}px` }}>
        {virtual.items.map(({ index, start }) => {
          const part = parts[index]
          return (
            part !== undefined && (
              <li
                key={index}
                style={{ transform: `translateY(${start}px)` }}
                aria-setsize={partCount}
                aria-posinset={index + 1}
              >
                <Part messageKey={message.key} part={part} />
              </li>
            )
          )
        })}
      </ul>
    </div>
  )
}

function Part({ messageKey, part }: { messageKey: string; part: WirePart }) {
  const name = part.filename === null ? null : cut(part.filename)
  const section = cut(part.n, 40)
  return (
    <div class="part" style={{ paddingLeft: `${Math.min(part.depth, deepestShown) * 16}px` }}>
      <code class="part-section">{part.n === '' ? 'message' : section}</code>
      <strong>
        <Said text={cut(part.mediaType)} />
      </strong>
      {name !== null && <Said text={name} />}
      <span class="quiet">
        <Said text={factsOf(part)} />
      </span>
      {part.childCount === 0 && (
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
    count(part.lines, 'line'),
    size(part.octets),
  ]
  return facts.flatMap((fact) => (fact === null ? [] : [cut(fact)])).join(' · ')
}
