import type { ComponentChildren } from 'preact'

interface TabsProperties<Name extends string> {
  readonly label: string
  readonly tabs: readonly { readonly name: Name; readonly label: string; readonly note?: string }[]
  readonly current: Name
  readonly onChange: (name: Name) => void
  readonly children: ComponentChildren
}

/** Tabs and the panel of the current one; arrow keys go from tab to tab. WAI-ARIA APG, Tabs. */
export function Tabs<Name extends string>({ label, tabs, current, onChange, children }: TabsProperties<Name>) {
  function step(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowLeft: -1, Home: -tabs.length, End: tabs.length }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const at = tabs.findIndex(({ name }) => name === current)
    const inside = Math.abs(by) === 1 ? (at + by + tabs.length) % tabs.length : by < 0 ? 0 : tabs.length - 1
    const next = tabs[inside]
    if (next === undefined) return
    onChange(next.name)
    document.getElementById(`tab-${next.name}`)?.focus()
  }
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={step}>
        {tabs.map(({ name, label: text, note }) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            aria-selected={name === current}
            aria-controls="tab-panel"
            tabIndex={name === current ? 0 : -1}
            onClick={() => onChange(name)}
          >
            {text}
            {note !== undefined && <span class="tab-note">{note}</span>}
          </button>
        ))}
      </div>
      <div id="tab-panel" class="tab-panel" role="tabpanel" aria-labelledby={`tab-${current}`} tabIndex={0}>
        {children}
      </div>
    </>
  )
}
