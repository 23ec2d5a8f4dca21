import pixelmatch from 'pixelmatch'
import { draw, openDrawingFrame, type Drawing } from './drawing.ts'
import type { DrawnDocument } from './inlined-pictures.ts'

/** What two drawings of the same width have not in common. */
export interface PixelComparison {
  /** Of all pixels of the higher one, 0 to 1. What only one of them reaches down to differs. */
  readonly share: number
  /** The right one, pale, and over it what differs; as high as the higher one. */
  readonly picture: ImageData
  /** How much higher the right one is, CSS pixels. */
  readonly grown: number
  /** Whether only the top of them was compared. */
  readonly cut: boolean
  /** Pictures that were not drawn, of the side that has more of them. */
  readonly leftOut: number
}

/** Drawings by their document, for as long as the document is held. */
export type Drawings = WeakMap<DrawnDocument, Drawing>

const mark: [red: number, green: number, blue: number] = [214, 0, 66]
const channels = 4

/**
 * Draws two documents and compares them pixel by pixel. @param drawings what was drawn before, and is not drawn again
 * @throws Error that says why they cannot be compared
 */
export async function compareDocuments(
  [left, right]: readonly [DrawnDocument, DrawnDocument],
  drawings: Drawings,
  signal: AbortSignal,
): Promise<PixelComparison> {
  const frame = await openDrawingFrame(signal)
  async function drawing(drawn: DrawnDocument): Promise<Drawing> {
    const known = drawings.get(drawn) ?? (await draw(frame, drawn, signal))
    drawings.set(drawn, known)
    return known
  }
  try {
    return comparison(await drawing(left), await drawing(right))
  } finally {
    frame.close()
  }
}

function comparison(left: Drawing, right: Drawing): PixelComparison {
  const { width } = right.pixels
  const [lower, higher] = [left.pixels.height, right.pixels.height].sort((a, b) => a - b) as [number, number]
  const inBoth = width * lower
  const picture = new ImageData(width, higher)
  const top = (pixels: ImageData) => pixels.data.subarray(0, inBoth * channels)
  // Both were drawn here and now by the same browser: whatever differs was made to, however little.
  const options = { threshold: 0, includeAA: true, diffColor: mark, alpha: 0.2 }
  const different = pixelmatch(top(right.pixels), top(left.pixels), top(picture), width, lower, options)
  for (let at = inBoth; at < width * higher; at += 1) picture.data.set([...mark, 255], at * channels)
  return {
    share: (different + width * (higher - lower)) / (width * higher),
    picture,
    grown: right.height - left.height,
    cut: Math.max(left.height, right.height) > higher,
    leftOut: Math.max(left.leftOut, right.leftOut),
  }
}
