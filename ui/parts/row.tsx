import { useMemo } from 'preact/hooks'
import { change, openMessage } from '../actions.ts'
import { now } from '../clock.ts'
import { cut, age, count, moment, size } from '../format.ts'
import type { Row } from '../listing.ts'
import { cursor, selectedCount, toggleSelected } from '../state.ts'
import { Icon } from './icon.tsx'
import { Said, spelled } from './said.tsx'

interface RowProperties {
  readonly row: Row
  readonly index: number
  /** Offset in the list, CSS pixels. */
  readonly top: number
  readonly open: boolean
  readonly selected: boolean
  readonly focusable: boolean
}

/** One message in the list. */
export function MessageRow({ row, index, top, open, selected, focusable }: RowProperties) {
  const { key, seen } = row
  // A new message moves all the others; what stands in them is the same.
  const cells = useMemo(
    () => [
      <Tick key="tick" row={row} selected={selected} />,
      <Lines key="lines" row={row} />,
      <Flag key="flag" row={row} />,
    ],
    [row, selected],
  )
  return (
    <div
      role="row"
      class={`row ${seen ? 'seen' : 'unseen'} ${open ? 'open' : ''} ${selected ? 'selected' : ''}`}
      style={{ transform: `translateY(${top}px)` }}
      data-key={key}
      tabIndex={focusable ? 0 : -1}
      aria-rowindex={index + 1}
      aria-selected={selected}
      aria-current={open ? 'true' : undefined}
      onClick={(event) => {
        if (event.shiftKey || event.ctrlKey || event.metaKey) toggleSelected(key, event.shiftKey)
        else openMessage(key)
      }}
      onFocus={() => {
        cursor.value = key
      }}
      onMouseDown={(event) => {
        if (event.shiftKey) event.preventDefault()
      }}
    >
      {cells}
    </div>
  )
}

function Tick({ row, selected }: { row: Row; selected: boolean }) {
  const { key, seen, subject } = row
  return (
    <div role="gridcell" class="row-tick">
      <input
        type="checkbox"
        tabIndex={-1}
        checked={selected}
        aria-label={`Select ${spelled(cut(subject || 'message without subject'))}`}
        class={selectedCount.value > 0 ? 'always' : ''}
        onClick={(event) => {
          event.stopPropagation()
          toggleSelected(key, event.shiftKey)
        }}
      />
      {!seen && <span class="unread-dot" role="img" aria-label="Unread" />}
    </div>
  )
}

function Lines({ row }: { row: Row }) {
  return (
    <div role="gridcell" class="row-main">
      <p class="row-line">
        <span class="row-from">
          <Said text={row.from || '(no sender)'} />
        </span>
        <span class="row-to">
          <span class="quiet">to</span> <Said text={row.to || '(no recipient)'} />
        </span>
        <time
          class="row-time"
          dateTime={new Date(row.arrivedAt).toISOString()}
          onMouseEnter={(event) => {
            event.currentTarget.title = moment(row.arrivedAt)
          }}
        >
          {age(row.arrivedAt, now.value)}
        </time>
      </p>
      <p class="row-line">
        <span class={`row-subject ${row.subject === '' ? 'quiet' : ''}`}>
          <Said text={cut(row.subject || '(no subject)')} />
        </span>
        <Marks row={row} />
      </p>
      <p class="row-line">
        <span class="row-preview">
          <bdi>{cut(row.preview, 500)}</bdi>
        </span>
        <span class="row-size">{size(row.octets)}</span>
      </p>
    </div>
  )
}

function Flag({ row: { key, flagged } }: { row: Row }) {
  return (
    <div role="gridcell" class="row-flag">
      <button
        type="button"
        class={`icon-button flag-button ${flagged ? 'on' : ''}`}
        tabIndex={-1}
        aria-pressed={flagged}
        aria-label="Flag"
        onClick={(event) => {
          event.stopPropagation()
          void change({ keys: [key] }, { flagged: !flagged })
        }}
      >
        <Icon name="flag" />
      </button>
    </div>
  )
}

function Marks({ row }: { row: Row }) {
  return (
    <span class="row-marks">
      {row.tags.map((tag) => (
        <span key={tag} class="tag">
          {tag}
        </span>
      ))}
      {row.defectCount > 0 && (
        <span class="mark-malformed" title={count(row.defectCount, 'defect')}>
          <Icon name="triangle-alert" />
          <span class="hidden">{count(row.defectCount, 'defect')}</span>
        </span>
      )}
      {row.attachments > 0 && (
        <span title={count(row.attachments, 'attachment')}>
          <Icon name="paperclip" />
          <span class="hidden">{count(row.attachments, 'attachment')}</span>
        </span>
      )}
    </span>
  )
}

/** Stands where a message is that has not been fetched yet. */
export function Placeholder({ index, top }: { index: number; top: number }) {
  return (
    <div
      role="row"
      class="row placeholder"
      style={{ transform: `translateY(${top}px)` }}
      aria-rowindex={index + 1}
      aria-busy="true"
    >
      <div role="gridcell" class="row-main">
        <span class="hidden">Loading</span>
        <span class="bar" />
        <span class="bar long" />
        <span class="bar" />
      </div>
    </div>
  )
}
