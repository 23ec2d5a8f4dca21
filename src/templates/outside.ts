/**
 * What happens to a template outside of the rendering process, which may neither start programs nor read everything:
 * some are rendered by a command, some have to be built first.
 */
import type { BuiltTemplate, EngineOutput } from './engine.ts'
import type { RenderRequest } from './renderer.ts'

/** Renders templates by programs of the user. */
export interface CommandRunner {
  /** Whether a command takes over. @param file Absolute. */
  renders(file: string): boolean
  /** @throws TemplateError where it fails; its paths are absolute. */
  render(request: RenderRequest): Promise<EngineOutput>
  /** Resolves when all that it started is gone. */
  close(): Promise<void>
}

/** Builds modules before they go to the rendering process: templates of one engine, or data. Always of the files as they are. */
export interface TemplateBuilder {
  /** @param file Absolute. @throws TemplateError, with absolute paths. */
  build(file: string): Promise<BuiltTemplate>
  /** Nothing is built for now: what is kept for the next time must not keep this process alive. */
  rest(): void
  close(): Promise<void>
}
