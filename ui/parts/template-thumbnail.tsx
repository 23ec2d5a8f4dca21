import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { WireRendering, WireTemplate } from '../../src/http/wire-types.ts'
import { savedFiles } from '../renderings.ts'
import { Frame } from './frame.tsx'
import { isHeavy } from './heavy.ts'
import { filesOfTemplate } from './own-pictures.ts'
import { useRendering } from './rendering.ts'

/** What a thumbnail is laid out in, CSS pixels; the style sheet scales it down. */
const layoutWidth = 640

/** A template with its first fixture, small. It is rendered while it can be seen, and follows saves. */
export function Thumbnail({ template }: { template: WireTemplate }) {
  const { name, file } = template
  const box = useRef<HTMLDivElement>(null)
  const { visible, width } = useVisible(box)
  const { rendering, problem } = useRendering({ template: name, fixture: 'default', locale: '' }, visible)
  const own = useMemo(() => filesOfTemplate(file, savedFiles.value), [file, savedFiles.value])
  const failed = problem !== null || (rendering !== null && fails(rendering))
  const html = visible && rendering !== null && !isHeavy(rendering.html) ? rendering.html : ''
  return (
    <div
      ref={box}
      class={`thumbnail ${failed ? 'failed' : ''}`}
      style={{ '--thumbnail-scale': width / layoutWidth }}
      aria-hidden="true"
    >
      {html !== '' && (
        <Frame
          title=""
          address="frame/template"
          html={html}
          own={own}
          width={layoutWidth}
          scheme="light"
          remote={false}
          grows={false}
          inert
          onReport={() => undefined}
        />
      )}
      {failed && <span class="thumbnail-note">Fails</span>}
      {rendering?.html === '' && !failed && <span class="thumbnail-note quiet">No HTML</span>}
    </div>
  )
}

function fails({ diagnostics }: WireRendering): boolean {
  return diagnostics.some(({ severity }) => severity === 'error')
}

/** Whether it is on the screen, or nearly, and how wide it is in CSS pixels. */
function useVisible(box: { readonly current: HTMLElement | null }): { visible: boolean; width: number } {
  const [visible, setVisible] = useState(false)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const { current: element } = box
    if (element === null) return
    const seeing = new IntersectionObserver((entries) => setVisible(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin: '200px',
    })
    const sizing = new ResizeObserver(() => setWidth(element.clientWidth))
    seeing.observe(element)
    sizing.observe(element)
    return () => {
      seeing.disconnect()
      sizing.disconnect()
    }
  }, [])
  return { visible, width }
}
