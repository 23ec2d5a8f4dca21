import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { maxFiles } from '../../src/templates/tree.ts'
import { idOf, isKind, openFolder } from './opened-templates.ts'
import { put, temporaryFolder } from './watched-folder.ts'

const limitedChild = fileURLToPath(new URL('limited-watch-child.ts', import.meta.url))
const savingChild = fileURLToPath(new URL('saving-child.ts', import.meta.url))

/** A user namespace has limits of its own; not every machine lets us have one. */
function withFewWatches(command: string): readonly [string, readonly string[]] {
  return ['unshare', ['-Ur', 'sh', '-c', `echo 5 > /proc/sys/user/max_inotify_watches && ${command}`]]
}

function mayHaveFewWatches(): boolean {
  try {
    execFileSync(...withFewWatches('true'), { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

it('without watches of the system, files are looked at, and that is said', async (t) => {
  if (!mayHaveFewWatches()) return t.skip('no user namespaces here')
  const root = join(temporaryFolder(t), 'emails')
  put(root, Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}/a.html`, 'one'])))
  const [file, args] = withFewWatches(`exec ${process.execPath} --import tsx ${limitedChild} ${root} 19/a`)
  const { stdout } = await promisify(execFile)(file, args, { timeout: 300_000, killSignal: 'SIGKILL' })
  const { html, messages } = JSON.parse(stdout) as { html: string; messages: readonly string[] }
  assert.equal(html, 'saved')
  assert.match(messages.join(), /no more file watches \(ENOSPC\)/)
})

it('20,000 files: the first ones are there, and it says that others are not', async (t) => {
  const files: Record<string, string> = { 'a.html': 'one' }
  for (let index = 0; index < 20_000; index++) files[`deep/${index % 20}/${index}.txt`] = ''
  const { templates, put: save, shows } = await openFolder(t, files)
  const { templates: listed, diagnostics } = await templates.catalogue()
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['a'],
  )
  assert.ok(diagnostics.some(({ message }) => message.includes(String(maxFiles))))
  assert.equal((await templates.rendering(idOf('a'))).html, 'one')
  t.after(templates.look(idOf('a')))
  const shown = shows(idOf('a'), 'two')
  save({ 'a.html': 'two' })
  await shown
})

it('a folder that goes takes its templates with it, and brings them back', async (t) => {
  const { root, templates, put: save, next, shows } = await openFolder(t, { 'a.html': 'one' })
  await templates.rendering(idOf('a'))
  t.after(templates.look(idOf('a')))
  const gone = next(isKind('catalogue'))
  rmSync(root, { recursive: true })
  await gone
  assert.deepEqual((await templates.catalogue()).templates, [])
  const back = shows(idOf('a'), 'back')
  mkdirSync(root)
  save({ 'a.html': 'back' })
  await back
  const saved = shows(idOf('a'), 'saved')
  save({ 'a.html': 'saved' })
  await saved
})

it('what is kept of renderings has a limit, and what is looked at stays', async (t) => {
  const text = 'x'.repeat(10_000)
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`${index}.html`, `${index} ${text}`]))
  const { templates } = await openFolder(t, files, { maxCachedOctets: 100_000 })
  t.after(templates.look(idOf('0')))
  const first = await templates.rendering(idOf('0'))
  const second = await templates.rendering(idOf('1'))
  for (let index = 2; index < 20; index++) await templates.rendering(idOf(String(index)))
  assert.equal((await templates.rendering(idOf('0'))).revision, first.revision)
  const again = await templates.rendering(idOf('1'))
  assert.ok(again.revision > second.revision)
  assert.equal(again.html, second.html)
})

it('saves in place of 200 kB are shown whole in the end, each of them', async (t) => {
  const octets = 200_000
  const { root, templates, next, events } = await openFolder(t, { 'a.html': 'first' })
  await templates.rendering(idOf('a'))
  t.after(templates.look(idOf('a')))
  const writer = spawn(process.execPath, ['--import', 'tsx', savingChild, join(root, 'a.html'), String(octets)], {
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  for (let save = 1; save <= 100; save++) {
    const shown = next((event): event is Extract<typeof event, { kind: 'rendering' }> => {
      return event.kind === 'rendering' && event.rendering.html.trim().endsWith(` save${save}`)
    })
    writer.stdin.write(`save${save}\n`)
    await shown
  }
  writer.stdin.end()
  await once(writer, 'exit')
  // How many depends on when the other process was given time: a file that it left half for long was half.
  const torn = events.filter(isKind('rendering')).filter(({ rendering }) => rendering.html.length < octets)
  t.diagnostic(`${torn.length} were shown half`)
})
