import { startThread, threadEntry } from '../../thread.ts'
import { connect } from '../sqlite/channel.ts'
import type { DoctorCalls, DoctorEvents, DoctorOutcome, DoctorRequest } from './calls.ts'

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
