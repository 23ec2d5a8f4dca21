import { codePoint, splitAtHidden } from '../../src/mime/hidden-controls.ts'

/** Of most texts there is no more to ask. */
const mayHide = /[\u200b-\u200d\u202a-\u202e\u2060\u2066-\u2069\ufeff]/

/**
 * A text that a sender chose. It stands for itself, whatever its direction of writing; what it hides is seen: characters
 * that turn the order round, or that are nowhere on the screen.
 */
export function Said({ text }: { text: string }) {
  if (!mayHide.test(text)) return <bdi>{text}</bdi>
  return (
    <bdi>
      {splitAtHidden(text).map((piece, index) => (index % 2 === 0 ? piece : <Control key={index} character={piece} />))}
    </bdi>
  )
}

/** As `Said`, where there is no element: `[U+202E]`. */
export function spelled(text: string): string {
  if (!mayHide.test(text)) return text
  return splitAtHidden(text)
    .map((piece, index) => (index % 2 === 0 ? piece : `[${codePoint(piece)}]`))
    .join('')
}

function Control({ character }: { character: string }) {
  return (
    <span class="hidden-control" title="A character that is not seen">
      {codePoint(character)}
    </span>
  )
}
