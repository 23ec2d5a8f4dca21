/** A folder of templates that is open, with what happened in it. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openTemplates, type TemplatesOptions } from '../../src/templates/open.ts'
import { renderingKey, type Rendering, type RenderingId } from '../../src/templates/rendering.ts'
import type { TemplateEvent, Templates } from '../../src/templates/templates.ts'
import { Happenings, put, temporaryFolder } from './watched-folder.ts'

/** Where the engines are installed. */
const projectDirectory = fileURLToPath(new URL('../..', import.meta.url))

export interface OpenedTemplates {
  readonly root: string
  readonly templates: Templates
  readonly events: readonly TemplateEvent[]
  /** Writes files under the root. */
  put(files: Readonly<Record<string, string | Uint8Array>>): void
  /** Resolves with the first event from now on that fits. */
  next<T extends TemplateEvent>(fits: (event: TemplateEvent) => event is T): Promise<T>
  /** The next rendering that is pushed, of that HTML. */
  shows(id: RenderingId, html: string | RegExp): Promise<Rendering>
}

/** Without a fixture and a language. */
export const idOf = (template: string, fixture = 'default', locale = ''): RenderingId => ({ template, fixture, locale })

export const isKind =
  <K extends TemplateEvent['kind']>(kind: K) =>
  (event: TemplateEvent): event is Extract<TemplateEvent, { kind: K }> =>
    event.kind === kind

export async function openFolder(
  context: TestContext,
  files: Readonly<Record<string, string | Uint8Array>>,
  options: Partial<TemplatesOptions> = {},
): Promise<OpenedTemplates> {
  const root = join(temporaryFolder(context), 'emails')
  mkdirSync(root)
  put(root, files)
  const templates = await openTemplates({ root, projectDirectory, timeoutMs: 60_000, ...options })
  context.after(() => templates.close())
  const events: TemplateEvent[] = []
  const happenings = new Happenings()
  templates.subscribe((event) => {
    events.push(event)
    happenings.happened()
  })
  const next = async <T extends TemplateEvent>(fits: (event: TemplateEvent) => event is T): Promise<T> => {
    const from = events.length
    const found = (): T | undefined => events.slice(from).find(fits)
    await happenings.until(() => found() !== undefined, `one of ${fits.toString()}`)
    const event = found()
    if (event === undefined) throw new TypeError('It was there')
    return event
  }
  return {
    root,
    templates,
    events,
    put: (more) => put(root, more),
    next,
    async shows(id, html) {
      const { rendering } = await next((event): event is Extract<TemplateEvent, { kind: 'rendering' }> => {
        if (event.kind !== 'rendering' || renderingKey(event.rendering.id) !== renderingKey(id)) return false
        return typeof html === 'string' ? event.rendering.html === html : html.test(event.rendering.html)
      })
      return rendering
    },
  }
}
