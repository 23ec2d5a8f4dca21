import { signal } from '@preact/signals'

/** Whether what is shown is what there is. Set by `live.ts`, which comes after the first list. */
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting')
