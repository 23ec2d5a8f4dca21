import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { WireFixture, WireRendering, WireRenderingId } from '../../src/http/wire-types.ts'
import { asProblem } from '../api.ts'
import { go } from '../route.ts'
import { notify } from '../state.ts'
import { getFixture, renderWith, saveFixture, type FixtureData } from '../template-api.ts'

/** Data that is being edited, and what it renders to. */
export interface Draft {
  readonly data: FixtureData
  readonly rendering: WireRendering
}

/** The fixture as the file has it. */
interface Known {
  readonly data: FixtureData
  readonly text: string
  readonly file: string | null
  readonly writable: boolean
}

/** A fixture while somebody edits it. */
export interface FixtureEdit {
  /** Null until it was read. */
  readonly known: Known | null
  readonly text: string
  readonly isChanged: boolean
  /** Why the text is no data; null where it is. */
  readonly unreadable: string | null
  /** What went wrong with reading, rendering or saving it. */
  readonly problem: string | null
  /** The file is not what the edit began with. */
  readonly conflict: boolean
  write(text: string): void
  /** Takes what the file has. */
  reload(): Promise<void>
  /** @param over whatever the file says by now */
  save(over: boolean): Promise<void>
  /** Makes a new fixture; never over one that is there. */
  saveAs(name: string): Promise<void>
}

interface EditOptions {
  readonly id: WireRenderingId
  /** Of what the files render to. */
  readonly revision: number | undefined
  readonly draft: Signal<Draft | null>
}

function knownOf({ data, file, writable }: WireFixture): Known {
  return { data, text: JSON.stringify(data, null, 2), file, writable }
}

/** After the last key. */
const pauseMs = 120

/** Of one fixture: for another one it is begun anew. A save of the file is taken, unless somebody is writing here. */
export function useFixtureEdit({ id, revision, draft }: EditOptions): FixtureEdit {
  const known = useSignal<Known | null>(null)
  const text = useSignal('')
  const problem = useSignal<string | null>(null)
  const conflict = useSignal(false)
  const isChanged = known.value !== null && text.value !== known.value.text
  const data = parsed(text.value)

  function take(next: Known): void {
    text.value = next.text
    known.value = next
    problem.value = null
    conflict.value = false
    draft.value = null
  }
  async function reload(): Promise<void> {
    const before = text.peek()
    try {
      const next = knownOf(await getFixture(id.template, id.fixture))
      // Whoever wrote something meanwhile keeps it, and is told of a conflict when saving.
      if (text.peek() === before) take(next)
    } catch (error) {
      problem.value = asProblem(error).message
    }
  }
  async function saveTo(fixture: string, was: FixtureData | undefined): Promise<void> {
    if (typeof data === 'string') return
    const before = text.peek()
    try {
      const next = knownOf(await saveFixture({ template: id.template, fixture }, data, was))
      if (fixture !== id.fixture) go({ fixture }, true)
      else if (text.peek() === before) take(next)
      else known.value = next
      notify(`Saved ${fixture}`)
    } catch (error) {
      const failure = asProblem(error)
      conflict.value = failure.status === 409 && fixture === id.fixture
      problem.value = failure.message
    }
  }
  useEffect(() => {
    if (!isChanged) void reload()
  }, [revision])
  useDraft(id, { revision, data: isChanged && typeof data !== 'string' ? data : undefined, text, draft, problem })
  return {
    known: known.value,
    text: text.value,
    isChanged,
    unreadable: typeof data === 'string' ? data : null,
    problem: problem.value,
    conflict: conflict.value,
    write(next) {
      text.value = next
    },
    reload,
    save: (over) => saveTo(id.fixture, over ? undefined : known.value?.data),
    // Nothing stands for none: the server refuses where there is something.
    saveAs: (name) => saveTo(name, {}),
  }
}

interface Drafting {
  readonly revision: number | undefined
  /** Undefined: nothing is being edited. */
  readonly data: FixtureData | undefined
  /** What the data was read from. */
  readonly text: Signal<string>
  readonly draft: Signal<Draft | null>
  readonly problem: Signal<string | null>
}

/** Renders what is written, a moment after the last key, and again on every save of the template. */
function useDraft(id: WireRenderingId, { revision, data, text, draft, problem }: Drafting): void {
  const asked = useRef(0)
  const written = data === undefined ? undefined : JSON.stringify(data)
  useEffect(() => {
    const question = ++asked.current
    const about = text.peek()
    // The text may be another one before this effect knows of it.
    const isCurrent = (): boolean => asked.current === question && text.peek() === about
    if (data === undefined) return
    const timer = setTimeout(() => {
      renderWith(id, data).then(
        (rendering) => {
          if (isCurrent()) draft.value = { data, rendering }
        },
        (error: unknown) => {
          if (isCurrent()) problem.value = asProblem(error).message
        },
      )
    }, pauseMs)
    return () => clearTimeout(timer)
  }, [id.template, id.fixture, id.locale, written, revision])
}

/** @returns what is wrong, as text, where it is no object of JSON. */
function parsed(text: string): FixtureData | string {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return 'Data is an object: { "name": "Ann" }'
    return value as FixtureData
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
