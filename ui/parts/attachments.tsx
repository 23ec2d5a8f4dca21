import type { WireMessage } from '../../src/http/wire-types.ts'
import { getOctets, messageUrl } from '../api.ts'
import { count, cut, size } from '../format.ts'
import { Icon } from './icon.tsx'
import { useLoaded } from './loaded.ts'
import { declaredPixels } from './picture-size.ts'
import { Said } from './said.tsx'

const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])
/** Larger pictures are not fetched for a thumbnail. Octets before decoding. */
const largestPreview = 4_000_000
/** What a browser would take the memory for, four octets each. MIME-9. */
const mostPixels = 20_000_000
/** Where the size of a picture has to stand. A JPEG may have a profile and a thumbnail of its own before it. */
const firstOctets = 256 * 1024
/** Files of a message that are looked at for a preview. */
const mostPreviews = 50
/** Files that are listed; the Parts tab has more. */
const mostListed = 200

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
  const more = Math.max(files.length - mostListed, 0) + message.fileCount - message.files.length
  return (
    <ul class="attachments" aria-label="Attachments">
      {files.slice(0, mostListed).map((file, index) => (
        <li key={file.n}>
          <a class="attachment" href={partUrl(message.key, file.n)} download={cut(file.filename)}>
            {index < mostPreviews && isPicture(file.mediaType) && file.octets <= largestPreview ? (
              <Preview url={partUrl(message.key, file.n)} />
            ) : (
              <Icon name="file" />
            )}
            <span class="attachment-name">
              <Said text={cut(file.filename || '(no name)')} />
            </span>
            <span class="quiet">
              <Said text={cut(file.mediaType)} /> · {size(file.octets)}
            </span>
          </a>
        </li>
      ))}
      {more > 0 && <li class="quiet">and {count(more, 'file')} more</li>}
    </ul>
  )
}

/** A picture is shown once its first octets have said that it is not too large to be. */
function Preview({ url }: { url: string }) {
  const first = useLoaded(url, () => getOctets(url, firstOctets))
  const pixels = first.status === 'ready' ? declaredPixels(first.value.octets) : undefined
  if (pixels === undefined || pixels > mostPixels) return <Icon name="file" />
  return <img src={url} alt="" loading="lazy" decoding="async" />
}
