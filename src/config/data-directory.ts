import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { ConfigError } from './config-error.ts'

export interface Machine {
  readonly platform: NodeJS.Platform
  readonly environment: NodeJS.ProcessEnv
  /** The user's home folder. */
  readonly home: string
}

/** The one we run on. */
export function thisMachine(): Machine {
  return { platform: process.platform, environment: process.env, home: homeFolder() }
}

/**
 * Node takes an empty HOME for the current folder; the user's entry counts then, as where it is unset.
 * @throws ConfigError where there is neither, as for a user that a container was given by number.
 */
function homeFolder(): string {
  if (process.platform === 'win32') return homedir()
  const named = process.env['HOME'] ?? ''
  if (isAbsolute(named)) return named
  try {
    const { homedir: entered } = userInfo()
    if (isAbsolute(entered)) return entered
  } catch {
    // The user has no entry.
  }
  throw new ConfigError(
    'usage',
    'There is no home folder to keep messages in. Set HOME, give --data DIR, or use --memory.',
  )
}

/** Where the command line keeps messages unless told otherwise: by the XDG Base Directory Specification, or as the platform has it. */
export function defaultDataDirectory({ platform, environment, home }: Machine): string {
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Stuntmail')
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Stuntmail')
  // "All paths must be absolute. If an implementation encounters a relative path it should … ignore it."
  const data = environment['XDG_DATA_HOME'] ?? ''
  return join(isAbsolute(data) ? data : join(home, '.local', 'share'), 'stuntmail')
}
