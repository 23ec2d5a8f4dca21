import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

export interface Machine {
  readonly platform: NodeJS.Platform
  readonly environment: NodeJS.ProcessEnv
  /** The user's home folder. */
  readonly home: string
}

/** The one we run on. */
export function thisMachine(): Machine {
  return { platform: process.platform, environment: process.env, home: homedir() }
}

/** Where the command line keeps messages unless told otherwise: by the XDG Base Directory Specification, or as the platform has it. */
export function defaultDataDirectory({ platform, environment, home }: Machine): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Stuntmail')
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Stuntmail')
  // "All paths must be absolute. If an implementation encounters a relative path it should … ignore it."
  const data = environment['XDG_DATA_HOME'] ?? ''
  return join(isAbsolute(data) ? data : join(home, '.local', 'share'), 'stuntmail')
}
