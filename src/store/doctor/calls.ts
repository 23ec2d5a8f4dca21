/** What the command line asks of the doctor's thread, and what it is told. */
export interface DoctorRequest {
  readonly directory: string
  /** Whether it makes the database again, where that is of use. */
  readonly rebuilds: boolean
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface DoctorOutcome extends Report {
  readonly rebuilt: Rebuilt | undefined
}

export type DoctorCalls = { run(request: DoctorRequest): Promise<DoctorOutcome> }

export type DoctorEvents = {
  /** What is done of what there is to do. */
  progress: { readonly what: string; readonly done: number; readonly of: number }
  log: { readonly level: 'warn' | 'error'; readonly text: string }
}

export type Progress = (progress: DoctorEvents['progress']) => void

/** What was found, for people. */
export interface Report {
  /** Whether everything is as it should be. */
  readonly healthy: boolean
  /** Whether `rebuild` can make something of it. */
  readonly canRebuild: boolean
  readonly text: string
  /** What to do. */
  readonly advice: string
}

export interface Rebuilt {
  readonly messages: number
  /** Those whose envelope was taken from their header fields. */
  readonly fromHeader: number
  /** Where the files from before are, beside what is used now. */
  readonly before: string
}
