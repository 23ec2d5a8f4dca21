/** The templates of a server, and what connects them with captured messages. */
import type { Clock } from './clock.ts'
import type { Settings } from './config/options.ts'
import { messageTies, type Ties } from './http/ties.ts'
import type { Log } from './log.ts'
import { ReplayLoop } from './replay/loop.ts'
import type { ReplayRuns } from './replay/runs.ts'
import { StartError } from './start-error.ts'
import type { Store } from './store/store.ts'
import { matchesGlob } from './templates/glob.ts'
import { openTemplates } from './templates/open.ts'
import type { Templates } from './templates/templates.ts'

export interface TemplateSide {
  readonly templates: Templates
  readonly ties: Ties
  close(): Promise<void>
}

export interface TemplateSideParts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly replays: ReplayRuns
}

/** What the file system says of a folder to be read, in words. */
const folderProblems: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such folder (ENOENT)'],
  ['ENOTDIR', 'it is not a folder (ENOTDIR)'],
  ['EACCES', 'it may not be read (EACCES)'],
])

/** @throws StartError where the folder cannot be read. */
export async function openTemplateSide(
  settings: NonNullable<Settings['templates']>,
  parts: TemplateSideParts,
): Promise<TemplateSide> {
  const { store, clock } = parts
  const { directory, rules, replay, ...options } = settings
  const ties = messageTies(store, rules)
  try {
    const templates = await openTemplates({ root: directory, clock, captured: ties.data, ...options })
    const loops = replay.map(({ on, command, timeoutMs }) => {
      const loop = replayLoop(command, { timeoutMs, cwd: settings.projectDirectory }, parts)
      templates.onSaved((files) => {
        if (files.some((file) => on.some((glob) => matchesGlob(glob, file)))) loop.saved()
      })
      return loop
    })
    async function close(): Promise<void> {
      await Promise.all(loops.map((loop) => loop.close()))
      await templates.close()
    }
    return { templates, ties, close }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const problem = folderProblems.get(code) ?? (error instanceof Error ? error.message : String(error))
    const text = `The templates in ${directory} cannot be read: ${problem}. Choose another folder with --templates DIR.`
    throw new StartError('templates', text, { cause: error })
  }
}

function replayLoop(
  argv: readonly [string, ...string[]],
  place: { readonly cwd: string; readonly timeoutMs: number },
  { replays, log }: TemplateSideParts,
): ReplayLoop {
  return new ReplayLoop({
    argv,
    ...place,
    keeper: {
      begin: (command) => Promise.resolve(replays.begin(command)),
      end: async (id, result) => void (await replays.end(id, result)),
    },
    onEnd: ({ problem }) => {
      if (problem !== undefined) log.warn({ command: argv[0], problem }, 'a replay failed')
    },
    onFault: (error) => log.error({ err: error }, 'a replay could not be run'),
  })
}
