import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import type { TemplateData } from '../../src/templates/engine.ts'
import { engineOf } from '../../src/templates/engines.ts'
import type { Renderer, RendererOptions, RenderResult } from '../../src/templates/renderer.ts'
import { startRenderer } from '../../src/templates/start-renderer.ts'

/** A folder of templates in a project of its own, and a renderer on it; both go with the test. */
export interface TemplateFolder {
  /** The templates; the project is the folder above. */
  readonly root: string
  readonly project: string
  readonly renderer: Renderer
  write(file: string, text: string): Promise<string>
  /** Writes a template and renders it. */
  render(file: string, text: string, data?: TemplateData): Promise<RenderResult>
}

export async function templateFolder(t: TestContext, options: Partial<RendererOptions> = {}): Promise<TemplateFolder> {
  const project = await realpath(await mkdtemp(join(tmpdir(), 'stuntmail-templates-')))
  const root = join(project, 'emails')
  await mkdir(root)
  const renderer = startRenderer({ root, projectDirectory: project, ...options })
  t.after(async () => {
    await renderer.close()
    await rm(project, { recursive: true, force: true })
  })
  const write = async (file: string, text: string): Promise<string> => {
    const path = join(root, file)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    return path
  }
  return {
    root,
    project,
    renderer,
    write,
    render: async (file, text, data = {}) => {
      const engine = engineOf(file)?.engine.name ?? ''
      return renderer.render({ file: await write(file, text), engine, data, locale: '' })
    },
  }
}
