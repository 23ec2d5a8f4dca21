import { useSignal, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { WireMessage } from '../../src/http/wire-types.ts'
import { getBody, messageUrl } from '../api.ts'
import { count, size } from '../format.ts'
import { Cut } from '../parts/cut.tsx'
import { Frame, type FrameReport } from '../parts/frame.tsx'
import { isHeavy, occurrences } from '../parts/heavy.ts'
import { Icon } from '../parts/icon.tsx'
import { useLoaded } from '../parts/loaded.ts'
import { partsOfMessage } from '../parts/own-pictures.ts'
import { RemoteBar } from '../parts/remote-bar.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { TextBody } from './message-text.tsx'

const widths = [
  { name: 'Phone', icon: 'smartphone', pixels: 360 },
  { name: 'Tablet', icon: 'tablet', pixels: 768 },
  { name: 'Desktop', icon: 'monitor', pixels: 1280 },
  { name: 'Full width', icon: 'globe', pixels: null },
] as const

/** The HTML of a message, as a reader at some width and in light or dark would see it. */
export function HtmlBody({ message }: { message: WireMessage }) {
  const loaded = useLoaded(message.key, () => getBody(messageUrl(message.key, '/html')))
  const width = useSignal<number | null>(null)
  const scheme = useSignal<'light' | 'dark'>('light')
  const remote = useSignal(false)
  const insisted = useSignal(false)
  const report = useSignal<FrameReport | null>(null)
  const own = useMemo(() => partsOfMessage(message), [message])
  if (loaded.status !== 'ready') return <Waiting loaded={loaded} />
  if (!insisted.value && isHeavy(loaded.value.text)) {
    return <Heavy message={message} html={loaded.value.text} onInsist={() => (insisted.value = true)} />
  }
  return (
    <div class="html-body">
      <PreviewBar width={width} scheme={scheme} />
      {loaded.value.truncated && <Cut messageKey={message.key} />}
      {report.value !== null && (
        <RemoteBar report={report.value} loading={remote.value} onLoad={() => (remote.value = true)} />
      )}
      <Frame
        title="HTML of the message"
        address={`frame/${encodeURIComponent(message.key)}`}
        html={loaded.value.text}
        own={own}
        width={width.value}
        scheme={scheme.value}
        remote={remote.value}
        grows
        onReport={(found) => (report.value = found)}
      />
    </div>
  )
}

interface PreviewProperties {
  /** CSS pixels; null for all there is. */
  readonly width: Signal<number | null>
  readonly scheme: Signal<'light' | 'dark'>
}

function PreviewBar({ width, scheme }: PreviewProperties) {
  return (
    <div class="html-bar" role="toolbar" aria-label="Preview">
      {widths.map(({ name, icon, pixels }) => (
        <button
          key={name}
          type="button"
          class="icon-button"
          title={pixels === null ? name : `${name}, ${pixels} pixels`}
          aria-label={name}
          aria-pressed={width.value === pixels}
          onClick={() => (width.value = pixels)}
        >
          <Icon name={icon} />
        </button>
      ))}
      <span class="spring" />
      {(['light', 'dark'] as const).map((name) => (
        <button
          key={name}
          type="button"
          class="icon-button"
          title={`Reader uses a ${name} look`}
          aria-label={`Reader uses a ${name} look`}
          aria-pressed={scheme.value === name}
          onClick={() => (scheme.value = name)}
        >
          <Icon name={name === 'light' ? 'sun' : 'moon'} />
        </button>
      ))}
    </div>
  )
}

function Heavy({ message, html, onInsist }: { message: WireMessage; html: string; onInsist: () => void }) {
  return (
    <>
      <p class="bar-note">
        <Icon name="info" />
        <span>
          This HTML is heavy: {size(html.length)}, {count(occurrences(html, '<'), 'tag')}. Here is its text.
        </span>
        <button type="button" class="button" onClick={onInsist}>
          Render anyway
        </button>
      </p>
      <TextBody message={message} />
    </>
  )
}
