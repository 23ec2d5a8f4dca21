import type { Clock } from './clock.ts'
import type { Settings } from './config/options.ts'
import type { Log } from './log.ts'
import { StartError } from './start-error.ts'
import type { StoreThread } from './store/sqlite/open.ts'
import type { Store } from './store/store.ts'

/** @param data folder of the messages; undefined: in memory. @throws StartError with what is wrong with the folder, in words. */
export async function openStore(
  settings: Settings,
  data: string | undefined,
  parts: { readonly log: Log; readonly clock: Clock; readonly thread: StoreThread },
): Promise<Store> {
  const { openSqliteStore } = await import('./store/sqlite/open.ts')
  try {
    return await openSqliteStore({ directory: data, maxSessions: settings.maxSessionsKept, ...parts })
  } catch (error) {
    if (data === undefined) throw error
    throw new StartError('data', dataProblem(error, data), { cause: error })
  }
}

function dataProblem(error: unknown, folder: string): string {
  if (!(error instanceof Error)) return String(error)
  // Those are for people already.
  if (error.name === 'StoreError') return `${error.message}.`
  const problem = dataProblems.get('code' in error ? String(error.code) : '') ?? error.message
  return `The data folder ${folder} cannot be used: ${problem}. Choose another with --data DIR, or use --memory.`
}

/** What the file system says, in words. */
const dataProblems: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'it cannot be written (EACCES)'],
  ['EPERM', 'it cannot be written (EPERM)'],
  ['EROFS', 'it is on a file system that is read-only (EROFS)'],
  ['ENOTDIR', 'it is not a folder (ENOTDIR)'],
  ['EEXIST', 'it is not a folder (EEXIST)'],
  ['ENOSPC', 'no space is left (ENOSPC)'],
])
