/** What an engine is given, without the process around it. */
import { mkdtemp, mkdir, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readFileSync } from 'node:fs'
import { TemplateError } from '../../src/templates/diagnostic.ts'
import type { EngineInput, EngineOutput, Project } from '../../src/templates/engine.ts'
import { createProject } from '../../src/templates/project.ts'
import { createReader, type TemplateReader } from '../../src/templates/reader.ts'

/** A folder of templates, gone after the test. */
export interface TemplateFolder {
  readonly root: string
  write(files: Readonly<Record<string, string>>): Promise<void>
  path(file: string): string
}

export async function templateFolder(
  test: { after(fn: () => Promise<void>): void },
  files: Readonly<Record<string, string>>,
): Promise<TemplateFolder> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'stuntmail-engine-')))
  test.after(() => rm(root, { recursive: true, force: true }))
  const folder: TemplateFolder = {
    root,
    path: (file) => join(root, file),
    async write(more) {
      for (const [file, text] of Object.entries(more)) {
        await mkdir(dirname(join(root, file)), { recursive: true })
        await writeFile(join(root, file), text)
      }
    },
  }
  await folder.write(files)
  return folder
}

/** The packages of this repository, some under the name of another. */
export function projectOf(root: string, renamed: Readonly<Record<string, string>> = {}): Project {
  const project = createProject(root, process.cwd())
  return {
    root,
    import: (specifier) => project.import(renamed[specifier] ?? specifier),
    version: (name) => project.version(renamed[name] ?? name),
  }
}

export function inputOf(
  root: string,
  file: string,
  more: Partial<EngineInput> = {},
): EngineInput & { readonly reader: TemplateReader } {
  const path = join(root, file)
  return {
    file: path,
    source: readFileSync(path, 'utf8'),
    data: {},
    root,
    locale: '',
    matter: {},
    inlineCss: false,
    ...more,
    reader: createReader([root]),
  }
}

/** The error that a rendering ends with. */
export async function failureOf(rendering: Promise<EngineOutput>): Promise<TemplateError> {
  const outcome = await rendering.then(
    () => new Error('It did not fail'),
    (error: unknown) => error,
  )
  if (!(outcome instanceof TemplateError)) throw outcome
  return outcome
}
