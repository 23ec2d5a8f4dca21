import { useSignal, type Signal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { ApiProblem } from '../api.ts'
import { searchProblem } from '../listing.ts'
import { go, route } from '../route.ts'
import { Icon } from './icon.tsx'
import { lazy } from './lazy.tsx'

const SearchHelp = lazy(() => import('./search-help.tsx').then((module) => module.SearchHelp))

/** The search, in the query language; asks while one types, and says where a query goes wrong. */
export function SearchBox() {
  const input = useRef<HTMLInputElement>(null)
  const help = useSignal(false)
  const box = useRef<HTMLFormElement>(null)
  const { query } = route.value
  const problem = query === '' ? null : searchProblem.value
  usePressOutside(box, () => (help.value = false))
  return (
    <form
      ref={box}
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        help.value = false
        document.querySelector<HTMLElement>('[data-key]')?.focus()
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        if (help.value) help.value = false
        else if (query !== '') ask('')
        else input.current?.blur()
      }}
    >
      <Icon name="search" />
      <Input input={input} query={query} wrong={problem !== null} />
      {query !== '' && (
        <button
          type="button"
          class="icon-button"
          aria-label="Clear the search"
          onClick={() => (ask(''), input.current?.focus())}
        >
          <Icon name="x" />
        </button>
      )}
      <HelpButton open={help} />
      {problem !== null && <Problem problem={problem} query={query} />}
      {help.value && (
        <div class="search-popover">
          <SearchHelp
            onTry={(example: string) => {
              ask(example)
              input.current?.focus()
            }}
          />
        </div>
      )}
    </form>
  )
}

function ask(text: string): void {
  go({ view: 'messages', query: text.trim() === '' ? '' : text }, true)
}

function usePressOutside(box: RefObject<Element | null>, act: () => void): void {
  useEffect(() => {
    function look(event: Event): void {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) act()
    }
    document.addEventListener('pointerdown', look)
    return () => document.removeEventListener('pointerdown', look)
  }, [])
}

interface InputProperties {
  readonly input: RefObject<HTMLInputElement | null>
  readonly query: string
  readonly wrong: boolean
}

function Input({ input, query, wrong }: InputProperties) {
  return (
    <input
      ref={input}
      id="search"
      type="text"
      value={query}
      placeholder="Search, or to:alice@example.com is:unread"
      aria-label="Search messages"
      aria-invalid={wrong}
      aria-describedby={wrong ? 'search-problem' : undefined}
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      onInput={(event) => ask(event.currentTarget.value)}
    />
  )
}

function HelpButton({ open }: { open: Signal<boolean> }) {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label="How to search"
      aria-expanded={open.value}
      onClick={() => (open.value = !open.value)}
    >
      <Icon name="circle-help" />
    </button>
  )
}

/** What is wrong with the query, and under it the query with the place marked. */
function Problem({ problem, query }: { problem: ApiProblem; query: string }) {
  const at = problem.position
  return (
    <div class="search-problem" id="search-problem" role="alert">
      <p>{problem.message}</p>
      {at !== undefined && (
        <pre>
          {query.slice(0, at)}
          <mark>{query.slice(at, at + Math.max(1, problem.length)) || '\u2423'}</mark>
          {query.slice(at + Math.max(1, problem.length))}
        </pre>
      )}
    </div>
  )
}
