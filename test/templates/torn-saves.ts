/** Saves in place by another process, and whether a reader that reads when it is told has seen each of them whole. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { watchFolder } from './watched-folder.ts'

const child = fileURLToPath(new URL('saving-child.ts', import.meta.url))
const octets = 200_000

/** @returns How often the reader read, and how often what it read was not whole. Rejects where a save was not seen. */
export async function seeSaves(
  context: TestContext,
  count: number,
): Promise<{ readonly reads: number; readonly torn: number }> {
  let last = ''
  let reads = 0
  let torn = 0
  const { root, until, changes } = await watchFolder(context, { 'a.hbs': 'first' })
  const writer = spawn(process.execPath, ['--import', 'tsx', child, join(root, 'a.hbs'), String(octets)], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  let told = changes.length
  for (let number = 1; number <= count; number++) {
    writer.stdin.write(`save${number}\n`)
    await until(() => {
      if (changes.length === told) return false
      told = changes.length
      const text = readFileSync(join(root, 'a.hbs'), 'latin1')
      reads++
      last = text.slice(0, text.indexOf(' '))
      const whole = text.length === octets && text.endsWith(` ${last}`)
      if (!whole) torn++
      return whole && last === `save${number}`
    }, `that save ${number} is seen (${last} was the last)`)
  }
  writer.stdin.end()
  await once(writer, 'exit')
  return { reads, torn }
}
