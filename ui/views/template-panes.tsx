import { signal } from '@preact/signals'
import { useMemo, useState } from 'preact/hooks'
import type { WireRendering } from '../../src/http/wire-types.ts'
import { count, size } from '../format.ts'
import { Frame, type FrameReport, type Scheme } from '../parts/frame.tsx'
import { isHeavy, occurrences } from '../parts/heavy.ts'
import { Icon } from '../parts/icon.tsx'
import { filesOfTemplate } from '../parts/own-pictures.ts'
import { RemoteBar } from '../parts/remote-bar.tsx'
import { savedFiles } from '../renderings.ts'

const devices = [
  { name: 'Phone', icon: 'smartphone', pixels: 375 },
  { name: 'Tablet', icon: 'tablet', pixels: 768 },
  { name: 'Desktop', icon: 'monitor', pixels: 1000 },
] as const
type Device = (typeof devices)[number]['name'] | 'All'

const schemes: readonly { readonly name: Scheme; readonly icon: string; readonly label: string }[] = [
  { name: 'light', icon: 'sun', label: 'Reader uses a light look' },
  { name: 'dark', icon: 'moon', label: 'Reader uses a dark look' },
  { name: 'inverted', icon: 'contrast', label: 'Reader turns all colours over' },
]

/** They stay from template to template. */
const device = signal<Device>(innerWidth < 720 ? 'Phone' : 'Desktop')
const scheme = signal<Scheme>('light')

interface PanesProperties {
  readonly rendering: WireRendering
  /** Of the template, relative to the root. */
  readonly file: string
}

/** A rendering as readers see it: at one width, or at all of them side by side. */
export function Panes({ rendering, file }: PanesProperties) {
  const { html, text } = rendering
  const [remote, setRemote] = useState(false)
  const [insisted, setInsisted] = useState(false)
  const [report, setReport] = useState<FrameReport | null>(null)
  const own = useMemo(() => filesOfTemplate(file, savedFiles.value), [file, savedFiles.value])
  if (html === '') return <p class="note">{text === '' ? 'It renders to nothing.' : 'No HTML: see Text.'}</p>
  if (!insisted && isHeavy(html)) {
    return (
      <p class="bar-note">
        <Icon name="info" />
        <span>
          This HTML is heavy: {size(rendering.htmlOctets)}, {count(occurrences(html, '<'), 'tag')}.
        </span>
        <button type="button" class="button" onClick={() => setInsisted(true)}>
          Render anyway
        </button>
      </p>
    )
  }
  const shown = device.value === 'All' ? devices : devices.filter(({ name }) => name === device.value)
  return (
    <>
      <PreviewBar />
      {report !== null && <RemoteBar report={report} loading={remote} onLoad={() => setRemote(true)} />}
      <div class="template-panes" role="region" aria-label="Preview" tabIndex={0}>
        {shown.map(({ name, pixels }) => (
          <figure key={name} class="template-pane" style={{ width: `${pixels + 2}px` }}>
            <figcaption class="quiet">
              {name}, {pixels} pixels
            </figcaption>
            <Frame
              title={`${rendering.template}, ${name}`}
              address="frame/template"
              html={html}
              own={own}
              width={pixels}
              scheme={scheme.value}
              remote={remote}
              grows={false}
              onReport={setReport}
            />
          </figure>
        ))}
      </div>
    </>
  )
}

function PreviewBar() {
  return (
    <div class="html-bar" role="toolbar" aria-label="How it is previewed">
      {[...devices, { name: 'All', icon: 'columns-3' } as const].map(({ name, icon }) => (
        <button
          key={name}
          type="button"
          class="icon-button"
          title={name === 'All' ? 'All side by side' : name}
          aria-label={name === 'All' ? 'All side by side' : name}
          aria-pressed={device.value === name}
          onClick={() => (device.value = name)}
        >
          <Icon name={icon} />
        </button>
      ))}
      <span class="spring" />
      {schemes.map(({ name, icon, label }) => (
        <button
          key={name}
          type="button"
          class="icon-button"
          title={label}
          aria-label={label}
          aria-pressed={scheme.value === name}
          onClick={() => (scheme.value = name)}
        >
          <Icon name={icon} />
        </button>
      ))}
    </div>
  )
}
