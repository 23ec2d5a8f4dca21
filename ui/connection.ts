import { signal } from '@preact/signals'

/** Whether what is shown is what there is. Set by `live.ts`, which comes after the first list. */
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting')

/** Revision of the catalogue as the server last told it; null while it is not known to have templates. */
export const templatesRevision = signal<number | null>(null)
