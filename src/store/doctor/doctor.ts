import { startThread, threadEntry } from '../../thread.ts'
import { connect } from '../sqlite/channel.ts'
import type { Rebuilt } from './rebuild.ts'
import type { Report } from './report.ts'

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

/**
 * Looks at everything in a data folder, and makes its database again where it is asked to.
 * @throws StoreError `locked` where a server has the folder, `unsupported`; or what the file system says.
 */
export async function seeDoctor(
  request: DoctorRequest,
  on: { readonly [N in keyof DoctorEvents]: (event: DoctorEvents[N]) => void },
): Promise<DoctorOutcome> {
  const thread = connect<DoctorCalls, DoctorEvents>(startThread(threadEntry('doctor-thread', import.meta.url)))
  thread.on('progress', on.progress)
  thread.on('log', on.log)
  try {
    return await thread.call('run', request)
  } finally {
    await thread.terminate()
  }
}
