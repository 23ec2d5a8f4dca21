import type { Command } from 'commander'
import { homedir } from 'node:os'
import { basename, dirname } from 'node:path'
import { withContainer } from '../config/container.ts'
import { defaultDataDirectory, thisMachine } from '../config/data-directory.ts'
import { loadConfigFile } from '../config/load.ts'
import { environmentSource, objectSource, resolveSettings, type Resolved, type Source } from '../config/resolve.ts'
import { flagSource } from './option-flags.ts'

/**
 * What a command runs with: flags before environment before configuration file before initial values.
 * @throws ConfigError
 */
export async function commandSettings(command: Command): Promise<Resolved> {
  giveHome()
  const folder = process.cwd()
  const given = [flagSource(command, folder), environmentSource(process.env, folder)]
  const { config } = resolveSettings(given, 'command').settings
  const file = await loadConfigFile(folder, config)
  const sources = file === undefined ? given : [...given, fileSource(file)]
  return withDataDirectory(withContainer(resolveSettings(sources, 'command')))
}

function fileSource({ path, content }: { readonly path: string; readonly content: unknown }): Source {
  return objectSource(content, { name: basename(path), folder: dirname(path), takes: ['anyone', 'command'] })
}

function withDataDirectory({ settings, origins }: Resolved): Resolved {
  if (settings.memory || settings.data !== undefined) return { settings, origins }
  return { settings: { ...settings, data: defaultDataDirectory(thisMachine()) }, origins }
}

/** A user without an entry and without HOME has no home folder, and libraries that ask for one would fail. */
function giveHome(): void {
  try {
    homedir()
  } catch {
    process.env['HOME'] = ''
  }
}
