import type { Log } from '../log.ts'
import { exitCodes } from './exit-code.ts'

/** What watches for defects, from the start of the program on. */
export interface Defects {
  /** The server stands: what is wrong with one message, session or request from now on does not end it for all others. */
  outlive(): void
}

/**
 * What nobody caught is a defect. During the start it ends the program; after that it is an error in the log. Messages are
 * acknowledged, written and filed by threads that are not touched by it. Its message could quote mail, so only its kind and
 * its place are logged.
 */
export function watchDefects(log: Log): Defects {
  let standing = false
  const fail = (error: unknown): void => {
    const kind = error instanceof Error ? error.name : typeof error
    const stack =
      error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')) : []
    const end = standing ? 'what it was about is lost, everything else goes on' : 'it ends'
    log.error({ kind, code: codeOf(error), stack }, `a defect in the program; ${end}`)
    if (!standing) process.exit(exitCodes.internal)
  }
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  return {
    outlive: () => {
      standing = true
    },
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
