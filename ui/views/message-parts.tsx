import type { WireMessage, WirePart } from '../../src/http/wire-types.ts'
import { partUrl } from '../parts/attachments.tsx'
import { Icon } from '../parts/icon.tsx'
import { figure, size } from '../format.ts'

/** The MIME tree of a message. */
export function Parts({ message }: { message: WireMessage }) {
  return (
    <ul class="part-tree">
      <PartNode messageKey={message.key} part={message.part} />
    </ul>
  )
}

function PartNode({ messageKey, part }: { messageKey: string; part: WirePart }) {
  const facts = [
    part.charset,
    part.transferEncoding,
    part.disposition,
    part.contentId === null ? null : `<${part.contentId}>`,
    `${figure(part.lines)} lines`,
    size(part.octets),
  ]
  const isLeaf = part.children.length === 0
  return (
    <li>
      <div class="part">
        <code class="part-section">{part.n === '' ? 'message' : part.n}</code>
        <strong>{part.mediaType}</strong>
        {part.filename !== null && <span>{part.filename}</span>}
        <span class="quiet">{facts.filter((fact) => fact !== null).join(' · ')}</span>
        {isLeaf && (
          <a
            class="icon-button small"
            href={partUrl(messageKey, part.n === '' ? '1' : part.n)}
            download={part.filename ?? `part-${part.n || '1'}`}
            title="Download, decoded"
            aria-label={`Download part ${part.n || '1'}`}
          >
            <Icon name="download" />
          </a>
        )}
      </div>
      {!isLeaf && (
        <ul>
          {part.children.map((child) => (
            <PartNode key={child.n} messageKey={messageKey} part={child} />
          ))}
        </ul>
      )}
    </li>
  )
}
