import { useMemo } from 'preact/hooks'
import { Frame } from './frame.tsx'
import { lineChanges } from './line-changes.ts'
import type { DrawnDocument } from './inlined-pictures.ts'
import { PixelChanges } from './pixel-changes.tsx'
import type { MessageText } from './message-text.ts'

/** One of two that are compared. */
export interface Side {
  /** Of its frame. */
  readonly title: string
  readonly caption: string
  /** Of the frame, relative to the page. */
  readonly address: string
  readonly text: MessageText
  /** The same object while nothing of it changes. */
  readonly own: DrawnDocument['own']
}

interface SidesProperties {
  /** What it was. */
  readonly left: Side
  /** What it is now. Where it says no subject, none is compared. */
  readonly right: Side
  /** Said where their sources do not differ. */
  readonly same: string
}

/** Two states of a message beside each other, and what differs: subject, HTML and text by lines, and the pixels. */
export function SideBySide({ left, right, same }: SidesProperties) {
  const was = useMemo(() => ({ html: left.text.html, own: left.own }), [left.text.html, left.own])
  const now = useMemo(() => ({ html: right.text.html, own: right.own }), [right.text.html, right.own])
  return (
    <>
      <Differences was={left.text} now={right.text} same={same} />
      {(was.html !== '' || now.html !== '') && <PixelChanges left={was} right={now} />}
      <div class="live-sides">
        {[left, right].map(({ title, caption, address, text, own }) => (
          <figure key={title}>
            <figcaption class="quiet">{caption}</figcaption>
            <Frame {...common} title={title} address={address} html={text.html} own={own} />
          </figure>
        ))}
      </div>
    </>
  )
}

const common = { width: null, scheme: 'light', remote: false, grows: false, onReport: () => undefined } as const

function Differences({ was, now, same }: { was: MessageText; now: MessageText; same: string }) {
  // A template need not say its subject.
  const compared = now.subject === '' ? (['html', 'text'] as const) : (['subject', 'html', 'text'] as const)
  const different = compared.filter((name) => comparable(was[name]) !== comparable(now[name]))
  if (different.length === 0) {
    return (
      <p class="quiet" role="status">
        {same}
      </p>
    )
  }
  return (
    <div role="status" class="live-differences">
      {different.map((name) => (
        <details key={name}>
          <summary>
            <span class="differs">{names[name]} differs</span>
          </summary>
          <Changes sent={was[name]} live={now[name]} />
        </details>
      ))}
    </div>
  )
}

const names = { subject: 'Subject', html: 'HTML', text: 'Text' } as const

function Changes({ sent, live }: { sent: string; live: string }) {
  const changes = useMemo(() => lineChanges(sent, live), [sent, live])
  if (changes === undefined) return <p class="quiet">They have too little in common to be compared line by line.</p>
  return (
    <pre class="line-changes">
      {changes.flatMap(({ kind, lines }, index) =>
        lines.map((line, at) => (
          <div key={`${index} ${at}`} class={`changed-line ${kind}`}>
            {signs[kind]} {line}
          </div>
        )),
      )}
    </pre>
  )
}

const signs = { same: ' ', sent: '−', live: '+' } as const

function comparable(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim()
}
