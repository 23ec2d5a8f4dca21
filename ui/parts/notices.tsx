import { connection, refusal } from '../connection.ts'
import { dismiss, notices } from '../state.ts'
import { Icon } from './icon.tsx'

/** Short news at the foot of the page. */
export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {refusal.value !== null && (
        <p class="notice failed">
          <Icon name="unplug" />
          <span>Stuntmail refuses live updates and changes from this page. {refusal.value}</span>
        </p>
      )}
      {refusal.value === null && connection.value === 'lost' && (
        <p class="notice failed">
          <Icon name="unplug" />
          <span>Connection lost. Reconnecting… no messages will be missed.</span>
        </p>
      )}
      {notices.value.map(({ id, text, kind }) => (
        <p key={id} class={`notice ${kind}`}>
          <span>{text}</span>
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="x" />
          </button>
        </p>
      ))}
    </div>
  )
}
