import { ConfigError } from '../config/config-error.ts'

/** What the process ends with: 64 to 78 as in sysexits.h. */
export const exitCodes = {
  done: 0,
  listen: 1,
  usage: 64,
  unhealthy: 65,
  templates: 66,
  internal: 70,
  data: 73,
  refused: 78,
} as const

/** For `--help`. */
export const exitCodesHelp = `Exit codes:
  0    ended as asked, after a drain
  1    an address cannot be had: the port is in use
  64   an option or a configuration file cannot be understood
  65   the doctor found something wrong, and did not mend it
  66   the folder of templates cannot be read
  70   a defect in the program, before it was ready or as it ended
  73   the data folder cannot be used: not writable, in use, or damaged
  78   refused: listening beyond this machine without a password
  130, 143   ended at once by a second SIGINT or SIGTERM`

const startExitCodes: ReadonlyMap<unknown, number> = new Map([
  ['listen', exitCodes.listen],
  ['data', exitCodes.data],
  ['templates', exitCodes.templates],
])

/** @returns undefined for a defect. */
export function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof ConfigError) return error.kind === 'refused' ? exitCodes.refused : exitCodes.usage
  if (!(error instanceof Error) || error.name !== 'StartError' || !('reason' in error)) return undefined
  return startExitCodes.get(error.reason)
}
