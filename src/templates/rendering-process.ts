/**
 * The process in which templates are rendered. It talks to the server over the channel of a child process only;
 * templates reach neither that nor the network, and it may be killed at any time.
 */
import { getHeapStatistics } from 'node:v8'
import { asError } from './as-error.ts'
import { captureOutput } from './captured-output.ts'
import { confine } from './confinement.ts'
import { Crashes } from './crashes.ts'
import type { LoadedEngine } from './engine.ts'
import { evaluateModule } from './evaluate-module.ts'
import { LoadedEngines } from './loaded-engines.ts'
import { createProject } from './project.ts'
import { renderTemplate } from './render-template.ts'
import type { RenderResult } from './renderer.ts'
import type { FromProcess, Jobs, ProcessSettings, ToProcess } from './rendering-protocol.ts'
import { startWatchdog } from './watchdog.ts'

/** Part of the heap that may be in use after a rendering; with more, another process does the next one. */
const maxHeapShare = 0.75

// As it is now: templates do not find it later.
const send = process.send as ((message: FromProcess) => boolean) | undefined
if (send !== undefined) {
  serve(JSON.parse(process.argv[2] ?? '{}') as ProcessSettings, (message) => void send.call(process, message))
}

function serve(settings: ProcessSettings, answer: (message: FromProcess) => void): void {
  const { kill, pid } = process
  const engines = new LoadedEngines(createProject(settings.root, settings.projectDirectory))
  const output = captureOutput()
  const crashes = new Crashes()

  const started = (id: number): void => {
    output.take()
    answer({ kind: 'started', id })
  }

  const render = async (id: number, { request, built }: Jobs['render']): Promise<void> => {
    const engine = await engines.get(request.engine).catch(failing)
    started(id)
    const crash = crashes.expect()
    const watched = crash.watch(engine)
    const result = await renderTemplate(watched, { ...request, built }, settings)
    answer({ kind: 'done', id, result: withOutput(result, output.take()), spent: crash.happened() || heapIsFull() })
  }

  const evaluate = (id: number, { file, built }: Jobs['evaluate']): void => {
    started(id)
    answer({ kind: 'done', id, result: evaluateModule(file, built, settings), spent: heapIsFull() })
  }

  startWatchdog(settings.maxResidentOctets)
  confine()
  process.on('uncaughtException', (error) => crashes.report(error))
  process.on('disconnect', () => kill.call(process, pid, 'SIGKILL'))
  process.on('message', (message: ToProcess) => {
    if (message.kind === 'load') for (const name of message.engines) engines.get(name).catch(() => undefined)
    else if (message.kind === 'forget') void engines.forget(message.files)
    else if (message.job.kind === 'render') void render(message.id, message.job)
    else evaluate(message.id, message.job)
  })
  answer({ kind: 'ready' })
}

/** Stands for an engine that cannot be loaded: each rendering says why. */
function failing(error: unknown): LoadedEngine {
  return { render: () => Promise.reject(asError(error)), forget: () => undefined }
}

/** What a template prints is for its author to see. */
function withOutput(result: RenderResult, written: string): RenderResult {
  if (written.trim() === '') return result
  const { files } = result
  const message = `Printed while rendering: ${written.trim()}`
  return {
    ...result,
    diagnostics: [
      ...result.diagnostics,
      { severity: 'warning', message, ...(files[0] !== undefined && { file: files[0] }) },
    ],
  }
}

function heapIsFull(): boolean {
  const { used_heap_size, heap_size_limit } = getHeapStatistics()
  return used_heap_size > maxHeapShare * heap_size_limit
}
