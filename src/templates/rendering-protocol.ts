/** What goes between the server and its rendering process, as JSON over the channel that Node gives a child. */
import type { BuiltTemplate, JsonValue } from './engine.ts'
import type { RenderSettings } from './render-template.ts'
import type { Evaluation, RenderRequest, RenderResult } from './renderer.ts'

/** What the process is told when it is started, as its one argument. */
export interface ProcessSettings extends RenderSettings {
  /** Of the whole process, buffers included; over it, it ends itself. */
  readonly maxResidentOctets: number
}

/** What the process is asked for, one after the other. */
export interface Jobs {
  readonly render: {
    readonly kind: 'render'
    readonly request: RenderRequest
    readonly built: BuiltTemplate | undefined
  }
  readonly evaluate: { readonly kind: 'evaluate'; readonly file: string; readonly built: BuiltTemplate }
}
export type Job = Jobs[keyof Jobs]

/** What it answers. */
export interface JobResults {
  readonly render: RenderResult
  readonly evaluate: EvaluatedModule
}

/** `Evaluation` as JSON. */
export interface EvaluatedModule extends Omit<Evaluation, 'exports'> {
  readonly exports: readonly (readonly [name: string, value: JsonValue])[]
}

export type ToProcess =
  | { readonly kind: 'load'; readonly engines: readonly string[] }
  | { readonly kind: 'job'; readonly id: number; readonly job: Job }
  /** Absolute. */
  | { readonly kind: 'forget'; readonly files: readonly string[] }

export type FromProcess =
  /** It takes jobs. */
  | { readonly kind: 'ready' }
  /** The engine is loaded; from here on the time of the rendering counts. */
  | { readonly kind: 'started'; readonly id: number }
  | DoneMessage<keyof JobResults>

/** The job is done. */
export interface DoneMessage<Kind extends keyof JobResults> {
  readonly kind: 'done'
  readonly id: number
  readonly result: JobResults[Kind]
  /** It should not be used again: too little memory is left, or something went on beside the rendering. */
  readonly spent: boolean
}

/** A message as it came over the channel: a template may have written there too. */
export function isFromProcess(value: unknown): value is FromProcess {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false
  if (value.kind === 'ready') return true
  if (!('id' in value) || typeof value.id !== 'number') return false
  return value.kind === 'started' || (value.kind === 'done' && 'result' in value && typeof value.result === 'object')
}
