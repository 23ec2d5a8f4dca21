import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { snippets, type SnippetName } from '../../../ui/parts/snippets.ts'
import { product } from './product.ts'

/** Those for which something has to be fetched; they are in snippets.long.ts. */
export type SlowSnippet = 'django' | 'spring'

export interface SnippetRunner {
  /** @returns why it cannot be run here. */
  missing(): Promise<string | undefined>
  /** @param inFile puts a text into a file of a folder where Node finds packages. @returns its path. */
  run(text: string, inFile: (name: string, text: string) => string): Promise<unknown>
}

/** Tests that the snippets which the page shows are enough to send. */
export async function testSnippets(runners: Readonly<Partial<Record<SnippetName, SnippetRunner>>>): Promise<void> {
  const { port, arrives, folder: newFolder } = await product()
  for (const { name, label, text } of snippets('localhost', port('smtp'))) {
    const runner = runners[name]
    if (runner === undefined) continue
    it(`what the page says for ${label} is enough to send`, { timeout: 300_000 }, async (t) => {
      const missing = await runner.missing()
      if (missing !== undefined) return t.skip(missing)
      const folder = newFolder()
      const inFile = (file: string, content: string): string => {
        writeFileSync(join(folder, file), content)
        return join(folder, file)
      }
      const { message } = await arrives(() => runner.run(text, inFile))
      assert.deepEqual([message.reversePath, message.forwardPaths], ['app@example.com', ['alice@example.com']])
      assert.equal(message.subject, 'Hello')
      assert.deepEqual(
        [message.envelope.listener, message.envelope.tls, message.envelope.authUser],
        ['smtp', null, null],
      )
    })
  }
}
