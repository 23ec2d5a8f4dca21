/** The templates of a server, and what connects them with captured messages. */
import type { Clock } from './clock.ts'
import type { Settings } from './config/options.ts'
import { messageTies, type Ties } from './http/ties.ts'
import type { Log } from './log.ts'
import { StartError } from './start-error.ts'
import type { Store } from './store/store.ts'
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
  { store, clock }: TemplateSideParts,
): Promise<TemplateSide> {
  const { directory, rules, ...options } = settings
  const ties = messageTies(store, rules)
  try {
    const templates = await openTemplates({ root: directory, clock, captured: ties.data, ...options })
    return { templates, ties, close: () => templates.close() }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const problem = folderProblems.get(code) ?? (error instanceof Error ? error.message : String(error))
    const text = `The templates in ${directory} cannot be read: ${problem}. Choose another folder with --templates DIR.`
    throw new StartError('templates', text, { cause: error })
  }
}
