import type { WireFile, WireMessage } from '../../src/http/wire-types.ts'
import { messageUrl } from '../api.ts'
import { size } from '../format.ts'
import { Icon } from './icon.tsx'

const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])
/** Larger pictures are not fetched for a thumbnail. Octets before decoding. */
const largestPreview = 4_000_000

/** The address of a part's decoded content. */
export function partUrl(key: string, n: string): string {
  return messageUrl(key, `/parts/${encodeURIComponent(n)}`)
}

/** Whether a browser shows this as a picture, and we let it. */
export function isPicture(mediaType: string): boolean {
  return pictures.has(mediaType)
}

/** The files of a message that are not part of its text. */
export function Attachments({ message }: { message: WireMessage }) {
  const files = message.files.filter(({ disposition, contentId }) => disposition === 'attachment' || contentId === null)
  if (files.length === 0) return null
  return (
    <ul class="attachments" aria-label="Attachments">
      {files.map((file) => (
        <li key={file.n}>
          <a class="attachment" href={partUrl(message.key, file.n)} download={file.filename || `part-${file.n}`}>
            <Preview messageKey={message.key} file={file} />
            <span class="attachment-name">{file.filename || '(no name)'}</span>
            <span class="quiet">
              {file.mediaType} · {size(file.octets)}
            </span>
          </a>
        </li>
      ))}
    </ul>
  )
}

function Preview({ messageKey, file }: { messageKey: string; file: WireFile }) {
  if (!isPicture(file.mediaType) || file.octets > largestPreview) return <Icon name="file" />
  return <img src={partUrl(messageKey, file.n)} alt="" loading="lazy" decoding="async" />
}
