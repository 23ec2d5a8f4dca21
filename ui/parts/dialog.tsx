import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

interface DialogProperties {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

/** A modal dialog: focus stays in it, Escape and a click beside it close it, and focus goes back to where it was. */
export function Dialog({ title, onClose, children }: DialogProperties) {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const before = document.activeElement
    const opened = element.current
    opened?.showModal()
    return () => {
      const left = opened?.contains(document.activeElement) ?? false
      if (left && before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  // Known as closed at once: the `close` event comes a task later, and the next key may be there before it.
  const close = () => {
    element.current?.close()
    onClose()
  }
  return (
    <dialog
      ref={element}
      class="dialog"
      aria-labelledby="dialog-title"
      onCancel={onClose}
      onClose={() => {
        if (element.current !== null) onClose()
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) close()
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id="dialog-title">{title}</h2>
          <button type="button" class="icon-button" aria-label="Close" onClick={close}>
            <Icon name="x" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}

interface ConfirmProperties {
  readonly title: string
  readonly text: string
  readonly action: string
  readonly onConfirm: () => void
  readonly onClose: () => void
}

/** Asks before something that cannot be undone. The harmless answer has the focus. */
export function Confirm({ title, text, action, onConfirm, onClose }: ConfirmProperties) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{text}</p>
      <p class="dialog-actions">
        <button type="button" class="button" autoFocus onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          class="button danger"
          onClick={() => {
            onClose()
            onConfirm()
          }}
        >
          {action}
        </button>
      </p>
    </Dialog>
  )
}
