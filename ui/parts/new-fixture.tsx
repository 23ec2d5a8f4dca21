import { useSignal } from '@preact/signals'

interface NewFixtureProperties {
  /** On the button. */
  readonly label: string
  readonly disabled: boolean
  readonly onSave: (name: string) => Promise<void>
}

/** Asks for a name and saves data under it. */
export function NewFixture({ label, disabled, onSave }: NewFixtureProperties) {
  const name = useSignal('')
  return (
    <form
      class="new-fixture"
      onSubmit={(event) => {
        event.preventDefault()
        void onSave(name.value)
      }}
    >
      <input
        class="field"
        required
        aria-label="Name of a new fixture"
        placeholder="New fixture"
        value={name.value}
        onInput={(event) => (name.value = event.currentTarget.value.trim())}
      />
      <button type="submit" class="button" disabled={disabled}>
        {label}
      </button>
    </form>
  )
}
