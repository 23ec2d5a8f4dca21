import { useSignal } from '@preact/signals'
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
  useEffect(() => {
    function closeOutside(event: Event): void {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) help.value = false
    }
    document.addEventListener('pointerdown', closeOutside)
    return () => document.removeEventListener('pointerdown', closeOutside)
  }, [help])
  function ask(text: string): void {
    go({ view: 'messages', query: text.trim() === '' ? '' : text }, true)
  }
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
      <input
        ref={input}
        id="search"
        type="text"
        value={query}
        placeholder="Search, or to:alice@example.com is:unread"
        aria-label="Search messages"
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : 'search-problem'}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        onInput={(event) => ask(event.currentTarget.value)}
      />
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
      <button
        type="button"
        class="icon-button"
        aria-label="How to search"
        aria-expanded={help.value}
        onClick={() => (help.value = !help.value)}
      >
        <Icon name="circle-help" />
      </button>
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
