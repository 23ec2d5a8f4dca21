/** Commands of a folder, and what is left of them. */
import { execFile } from 'node:child_process'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { createCommandRunner } from '../../src/templates/command.ts'
import type { EngineOutput, TemplateData } from '../../src/templates/engine.ts'
import type { CommandRunner } from '../../src/templates/outside.ts'
import type { TemplateCommand } from '../../src/templates/renderer.ts'
import { templateFolder, type TemplateFolder } from './engine-input.ts'

export interface Commands extends TemplateFolder {
  readonly runner: CommandRunner
  render(file: string, data?: TemplateData): Promise<EngineOutput>
}

export async function commandsOf(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  { timeoutMs, ...command }: Omit<TemplateCommand, 'glob'> & { readonly timeoutMs?: number },
): Promise<Commands> {
  const folder = await templateFolder(t, files)
  const runner = createCommandRunner({
    root: folder.root,
    projectDirectory: folder.root,
    commands: [{ glob: '*.tpl', ...command }],
    ...(timeoutMs !== undefined && { timeoutMs }),
  })
  t.after(() => runner.close())
  return {
    ...folder,
    runner,
    render: (file, data = {}) => runner.render({ file: folder.path(file), engine: 'command', data, locale: 'de' }),
  }
}

/** Commands that run and have a word in their arguments. */
export async function runningWith(word: string): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,stat=,args='])
  return stdout
    .split('\n')
    .filter((line) => line.includes(word) && !/^\s*\d+\s+Z/.test(line) && !line.includes('ps -eo'))
}
