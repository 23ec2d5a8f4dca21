import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Where the entry file of a thread stands: beside the module with the URL `base` (its `import.meta.url`), `.ts` when
 * running from source and `.js` in the bundle.
 */
export function threadEntry(name: string, base: string): URL {
  return new URL(`./${name}.${base.endsWith('.ts') ? 'ts' : 'js'}`, base)
}

/**
 * Starts a thread. Node's own options are not handed down; its warning that `node:sqlite` is experimental is silenced
 * in the thread.
 */
export function startThread(entry: URL, options: Pick<WorkerOptions, 'name' | 'workerData'> = {}): Worker {
  const settings: WorkerOptions = {
    ...options,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // What a thread makes is short-lived and small; the default lets it grow to 48 MB before it is looked through.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  }
  if (!entry.pathname.endsWith('.ts') || stripsTypes()) return new Worker(entry, settings)
  return new Worker(registerThenImport(entry), { ...settings, eval: true })
}

/** Node 22.18 and newer read our TypeScript as it is. */
const stripsTypes = (): boolean => Boolean((process.features as { typescript?: false | string }).typescript)

/** The loader that Node was started with from source: before Node 22 a thread does not get it by itself. */
function registerThenImport(entry: URL): string {
  const api = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  return `import(${api}).then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}) })`
}
