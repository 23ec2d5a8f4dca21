import { effect, signal } from '@preact/signals'
import type { WireCatalogue } from '../src/http/wire-types.ts'
import { asProblem, type ApiProblem } from './api.ts'
import { templatesRevision } from './connection.ts'
import { getCatalogue } from './template-api.ts'

/** The templates, as the server last listed them; null before that. */
export const catalogue = signal<WireCatalogue | null>(null)
/** Why they could not be listed. */
export const catalogueProblem = signal<ApiProblem | null>(null)

let loading: Promise<void> | undefined

effect(() => {
  const revision = templatesRevision.value
  if (revision !== null && revision !== catalogue.peek()?.revision) void loadCatalogue()
})

/** Lists them, and again where they have changed meanwhile. Never rejects. */
export function loadCatalogue(): Promise<void> {
  loading ??= load().finally(() => {
    loading = undefined
  })
  return loading
}

async function load(): Promise<void> {
  let asked: number | null
  do {
    asked = templatesRevision.peek()
    try {
      catalogue.value = await getCatalogue()
      catalogueProblem.value = null
    } catch (error) {
      catalogueProblem.value = asProblem(error)
    }
  } while (asked !== templatesRevision.peek())
}
