/** The start of the thread in which the doctor works: SQLite is synchronous, and says that it is experimental. */
import { parentPort } from 'node:worker_threads'
import type { Log } from '../../log.ts'
import { serve } from '../sqlite/channel.ts'
import type { DoctorCalls, DoctorEvents, DoctorOutcome, DoctorRequest } from './calls.ts'
import { examine } from './examination.ts'
import { takeBack } from './exchange.ts'
import { lockFolder } from './folder-lock.ts'
import { rebuild } from './rebuild.ts'
import { report } from './report.ts'

if (!parentPort) throw new Error('This is the start of a thread')

const say = (level: 'warn' | 'error') => (_fields: object, text: string) => server.emit('log', { level, text })
const progress = (done: DoctorEvents['progress']): void => server.emit('progress', done)
const log: Log = { debug: () => undefined, info: () => undefined, warn: say('warn'), error: say('error') }

const calls: DoctorCalls = {
  async run({ directory, rebuilds, at }) {
    const unlock = rebuilds ? await lockFolder(directory) : () => undefined
    try {
      return await look({ directory, rebuilds, at })
    } finally {
      unlock()
    }
  },
}

async function look({ directory, rebuilds, at }: DoctorRequest): Promise<DoctorOutcome> {
  if (rebuilds) takeBack(directory)
  const examination = await examine(directory, progress)
  const found = report(examination)
  if (!rebuilds || !found.canRebuild) {
    examination.database.db?.close()
    return { ...found, rebuilt: undefined }
  }
  return { ...found, rebuilt: await rebuild({ examination, now: at, log, progress }) }
}

const server = serve<DoctorCalls, DoctorEvents>(parentPort, calls, () => undefined)
