/** A server that is killed while a template loops: prints the id of the rendering process, then waits for its end. */
import { mkdtemp, realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRenderer } from '../../src/templates/start-renderer.ts'

const root = await realpath(await mkdtemp(join(tmpdir(), 'stuntmail-dying-')))
const renderer = startRenderer({ root, projectDirectory: root, timeoutMs: 60_000 })
const render = async (source: string): Promise<string> => {
  const file = join(root, 'a.eta')
  await writeFile(file, source)
  return (await renderer.render({ file, engine: 'eta', data: {}, locale: '' })).html
}
process.stdout.write(`${root} ${await render('<%= process.pid %>')}\n`)
await render('<% for (;;); %>')
