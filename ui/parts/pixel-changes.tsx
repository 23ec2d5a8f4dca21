import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { count, figure } from '../format.ts'
import type { DrawnDocument } from './inlined-pictures.ts'
import type { Drawings, PixelComparison } from './pixels.ts'

interface PixelChangesProperties {
  /** What it was. The same object while nothing of it changes. */
  readonly left: DrawnDocument
  /** What it is now. The same object while nothing of it changes. */
  readonly right: DrawnDocument
}

/** What became of comparing these two. */
interface Outcome extends PixelChangesProperties {
  readonly result: PixelComparison | Error
}

/** After the last change, so that what changed is shown first, and a row of saves is compared once. */
const settledMs = 150
const patienceMs = 30_000

/** How much of two documents differs when they are looked at, and where. The last result stays until the next is there. */
export function PixelChanges({ left, right }: PixelChangesProperties) {
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const drawings = useRef<Drawings>(new WeakMap())
  useEffect(() => {
    const replaced = new AbortController()
    const settled = setTimeout(() => {
      void compared({ left, right }, drawings.current, replaced.signal).then((result) => {
        if (!replaced.signal.aborted) setOutcome({ left, right, result })
      })
    }, settledMs)
    return () => {
      clearTimeout(settled)
      replaced.abort()
    }
  }, [left, right])
  const current = outcome?.left === left && outcome.right === right
  return (
    <div role="status" class="live-differences pixel-changes" aria-busy={!current}>
      {outcome !== null && <Result result={outcome.result} />}
    </div>
  )
}

/** Never rejects. */
async function compared(
  { left, right }: PixelChangesProperties,
  drawings: Drawings,
  replaced: AbortSignal,
): Promise<PixelComparison | Error> {
  const ending = new AbortController()
  const end = (): void => ending.abort(new Error('it takes too long'))
  const late = setTimeout(end, patienceMs)
  replaced.addEventListener('abort', end)
  try {
    const { compareDocuments } = await import('./pixels.ts')
    return await compareDocuments([left, right], drawings, ending.signal)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    clearTimeout(late)
    replaced.removeEventListener('abort', end)
  }
}

function Result({ result }: { result: PixelComparison | Error }) {
  if (result instanceof Error) return <p class="quiet">Not compared in pixels: {result.message}.</p>
  const { share, picture } = result
  const notes = notesOf(result)
  if (share === 0) return <p class="quiet">{['No pixel differs.', ...notes].join(' ')}</p>
  return (
    <details>
      <summary>
        <span class="differs">Pixels differ</span> <span class="quiet">{percent(share)} of them</span>
      </summary>
      <p class="quiet">
        {[`Drawn ${figure(picture.width)} pixels wide; what differs is marked in red.`, ...notes].join(' ')}
      </p>
      <Picture picture={picture} label={`Where pixels differ, ${percent(share)} of them`} />
    </details>
  )
}

function notesOf({ grown, cut, leftOut, picture }: PixelComparison): readonly string[] {
  return [
    ...(grown === 0 ? [] : [`It is ${count(Math.abs(grown), 'pixel')} ${grown > 0 ? 'higher' : 'lower'} than before.`]),
    ...(cut ? [`Only the uppermost ${count(picture.height, 'pixel')} were compared.`] : []),
    ...(leftOut === 0 ? [] : [`Without ${count(leftOut, 'picture')}: from elsewhere, too large, or not there.`]),
  ]
}

function Picture({ picture, label }: { picture: ImageData; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => canvas.current?.getContext('2d')?.putImageData(picture, 0, 0), [picture])
  return (
    <div class="pixel-picture" tabIndex={0} role="group" aria-label="Picture of the difference">
      <canvas ref={canvas} width={picture.width} height={picture.height} role="img" aria-label={label} />
    </div>
  )
}

/** @param share 0 to 1, more than 0 */
function percent(share: number): string {
  const hundredths = share * 100
  if (hundredths < 0.01) return 'less than 0.01 %'
  return `${hundredths < 10 ? Number(hundredths.toPrecision(2)) : Math.round(hundredths)} %`
}
