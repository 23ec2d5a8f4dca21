import { signal } from '@preact/signals'

/** Whether what is shown is what there is. Set by `live.ts`, which comes after the first list. */
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting')

/** Why the server does not let the page connect, in its own words; null where that is not what keeps it away. */
export const refusal = signal<string | null>(null)

/** Revision of the catalogue as the server last told it; null while it is not known to have templates. */
export const templatesRevision = signal<number | null>(null)

/** Goes up each time sessions have ended. */
export const sessionsEnded = signal(0)
