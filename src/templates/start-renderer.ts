import { join } from 'node:path'
import { systemClock } from '../clock.ts'
import { asError } from './as-error.ts'
import { createBundler, requiredFrom } from './bundle.ts'
import { createCommandRunner } from './command.ts'
import { diagnose, relativePath } from './diagnose.ts'
import { TemplateError } from './diagnostic.ts'
import type { BuiltTemplate, EngineOutput } from './engine.ts'
import { tsxEngine } from './engines/tsx.ts'
import type { CommandRunner, TemplateBuilder } from './outside.ts'
import { createReader } from './reader.ts'
import { renderWith } from './render-template.ts'
import type { Evaluation, Renderer, RendererOptions, RenderRequest, RenderResult } from './renderer.ts'
import { RenderingQueue } from './rendering-queue.ts'

const defaultTimeoutMs = 2000
const defaultMemoryMiB = 256

/** What takes part in rendering outside of the process. Default: nothing. */
export interface OutsideParts {
  readonly commands?: CommandRunner
  /** By the name of the engine. */
  readonly builders?: ReadonlyMap<string, TemplateBuilder>
  /** Builds modules of data. */
  readonly modules?: TemplateBuilder
}

/** A renderer whose process starts with the first rendering, or with `warm`. */
export function startRenderer(options: RendererOptions): Renderer {
  return rendererWith(options, outsideParts(options))
}

/** Where commands and builders are made. */
function outsideParts({ root, projectDirectory, commands = [], timeoutMs }: RendererOptions): OutsideParts {
  const limit = timeoutMs === undefined ? {} : { timeoutMs }
  const bundler = createBundler(requiredFrom({ root, projectDirectory }), { root, projectDirectory })
  return {
    builders: new Map([[tsxEngine.name, bundler]]),
    modules: bundler,
    ...(commands.length > 0 && { commands: createCommandRunner({ root, projectDirectory, commands, ...limit }) }),
  }
}

function rendererWith(options: RendererOptions, { commands, builders = new Map(), modules }: OutsideParts): Renderer {
  const { root, projectDirectory } = options
  const place = { root, projectDirectory }
  const allBuilders = new Set([...builders.values(), ...(modules === undefined ? [] : [modules])])
  const queue = new RenderingQueue({
    process: { ...place, inlineCss: options.inlineCss ?? false },
    timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
    memoryMiB: options.memoryMiB ?? defaultMemoryMiB,
  })

  /** What is no result of the process. */
  const outside = (request: RenderRequest, render: () => Promise<EngineOutput>): Promise<RenderResult> =>
    renderWith(request, { ...place, reader: createReader([root, projectDirectory]) }, render)

  const renderInProcess = async (request: RenderRequest): Promise<RenderResult> => {
    const start = systemClock.monotonic()
    let built: BuiltTemplate | undefined
    try {
      built = await builders.get(request.engine)?.build(request.file)
    } catch (error) {
      return outside(request, () => rejected(error))
    }
    const buildMs = systemClock.monotonic() - start
    const answer = await queue.do<'render'>({ kind: 'render', request, built })
    if ('result' in answer) return { ...answer.result, renderMs: answer.result.renderMs + buildMs }
    return outside(request, () => rejected(new Error(answer.ended)))
  }

  return {
    warm: (engines) => queue.warm(engines),
    render: (request) =>
      commands?.renders(request.file) === true
        ? outside(request, () => commands.render(request))
        : renderInProcess(request),
    async evaluate(file) {
      const failed = (error: unknown): Evaluation => ({
        exports: new Map(),
        diagnostics: diagnose(error, { ...place, file }),
        files: [file, ...(error instanceof TemplateError ? error.files : [])].map((path) => relativePath(root, path)),
      })
      try {
        if (modules === undefined) throw new TypeError('Modules of data cannot be run here')
        const built = await modules.build(file)
        const answer = await queue.do<'evaluate'>({ kind: 'evaluate', file, built })
        if ('result' in answer) return { ...answer.result, exports: new Map(answer.result.exports) }
        throw new TemplateError([{ severity: 'error', message: answer.ended }], { files: built.files })
      } catch (error) {
        return failed(error)
      }
    },
    forget(files) {
      const paths = files.map((file) => join(root, file))
      queue.forget(paths)
    },
    rest: () => allBuilders.forEach((builder) => builder.rest()),
    async close() {
      await Promise.all([queue.close(), commands?.close(), ...[...allBuilders].map((builder) => builder.close())])
    },
  }
}

function rejected(error: unknown): Promise<never> {
  return Promise.reject(asError(error))
}
