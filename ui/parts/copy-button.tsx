import { copy } from '../actions.ts'
import { Icon } from './icon.tsx'

/** Puts something on the clipboard. @param what its name for people: `Address` */
export function CopyButton({ text, what }: { text: string; what: string }) {
  return (
    <button
      type="button"
      class="icon-button small"
      title={`Copy ${what.toLowerCase()}`}
      aria-label={`Copy ${what.toLowerCase()}`}
      onClick={() => void copy(text, what)}
    >
      <Icon name="copy" />
    </button>
  )
}
