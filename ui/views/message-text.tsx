import { useMemo } from 'preact/hooks'
import type { WireMessage } from '../../src/http/wire-types.ts'
import { getBody, messageUrl } from '../api.ts'
import { Cut } from '../parts/cut.tsx'
import { useLoaded } from '../parts/loaded.ts'
import { useSignal } from '@preact/signals'
import { Waiting } from '../parts/waiting.tsx'
import { size } from '../format.ts'

/** More than this is shown only on request: a browser lays it out all at once. UTF-16 units. */
const atOnce = 200_000
/** Linear: one run of non-space after the scheme. */
const address = /https?:\/\/[^\s<>"]+/gi

/** The plain text, with its links made links. Built from text nodes only. HTML-8. */
export function TextBody({ message }: { message: WireMessage }) {
  const loaded = useLoaded(message.key, () => getBody(messageUrl(message.key, '/text')))
  const all = useSignal(false)
  const text = loaded.status === 'ready' ? loaded.value.text : ''
  const shown = all.value ? text : text.slice(0, atOnce)
  const pieces = useMemo(() => linked(shown), [shown])
  if (loaded.status !== 'ready') return <Waiting loaded={loaded} />
  if (text.trim() === '') return <p class="note">This message has no text.</p>
  return (
    <>
      {loaded.value.truncated && <Cut messageKey={message.key} />}
      <pre class="text-body">
        {pieces.map((piece, index) =>
          piece.url === undefined ? (
            piece.text
          ) : (
            <a key={index} href={piece.url} title={piece.url} target="_blank" rel="noopener noreferrer">
              {piece.text}
            </a>
          ),
        )}
      </pre>
      {shown.length < text.length && (
        <p class="bar-note">
          <span>This is the first part of {size(text.length)}.</span>
          <button type="button" class="button" onClick={() => (all.value = true)}>
            Show all
          </button>
        </p>
      )}
    </>
  )
}

interface Piece {
  readonly text: string
  readonly url?: string
}

/** Splits text at its web addresses. The punctuation that ends a sentence is not part of one. */
function linked(text: string): readonly Piece[] {
  const pieces: Piece[] = []
  let from = 0
  for (const match of text.matchAll(address)) {
    const url = match[0].slice(0, lengthWithoutPunctuation(match[0]))
    if (!URL.canParse(url)) continue
    pieces.push({ text: text.slice(from, match.index) }, { text: url, url })
    from = match.index + url.length
  }
  pieces.push({ text: text.slice(from) })
  return pieces
}

function lengthWithoutPunctuation(url: string): number {
  let length = url.length
  while (length > 0 && '.,;:!?\'")]}*_'.includes(url[length - 1] ?? ' ')) length -= 1
  return length
}
