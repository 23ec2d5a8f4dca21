import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { maxFiles } from '../../src/templates/tree.ts'
import { seeSaves } from './torn-saves.ts'
import { put, watchFolder } from './watched-folder.ts'

it('tells of a save, a new file and a new folder', async (t) => {
  const { root, told, watched, changes } = await watchFolder(t, { 'a.hbs': 'one', 'sub/b.hbs': 'one' })
  assert.deepEqual([...watched.files.keys()].sort(), ['a.hbs', 'sub/b.hbs'])

  const saved = told('a.hbs')
  put(root, { 'a.hbs': 'two' })
  await saved
  assert.equal(changes.at(-1)?.structure, false)

  const added = told('new/deep/c.hbs')
  put(root, { 'new/deep/c.hbs': 'one' })
  await added
  assert.equal(changes.at(-1)?.structure, true)

  const again = told('new/deep/c.hbs')
  put(root, { 'new/deep/c.hbs': 'two' })
  await again
})

const saves: readonly [name: string, save: (file: string, text: string) => void][] = [
  ['in place', (file, text) => fs.writeFileSync(file, text)],
  [
    'by a new file that takes the name',
    (file, text) => {
      fs.writeFileSync(`${file}.tmp`, text)
      fs.renameSync(`${file}.tmp`, file)
    },
  ],
  [
    'by moving the old one away (vim)',
    (file, text) => {
      fs.renameSync(file, `${file}~`)
      fs.writeFileSync(file, text)
      fs.rmSync(`${file}~`)
    },
  ],
  [
    'by deleting it first',
    (file, text) => {
      fs.rmSync(file)
      fs.writeFileSync(file, text)
    },
  ],
]
for (const [name, save] of saves) {
  it(`tells of saves ${name}, and of nothing else`, async (t) => {
    const { root, told, watched, changes } = await watchFolder(t, { 'a.hbs': 'one' })
    for (let round = 1; round <= 5; round++) {
      const saved = told('a.hbs')
      save(join(root, 'a.hbs'), `text ${round}`)
      await saved
    }
    assert.deepEqual([...watched.files.keys()], ['a.hbs'])
    assert.ok(changes.every(({ structure, files }) => !structure && files.size === 1))
  })
}

it('believes that a file is empty or gone, though not at once', async (t) => {
  const { root, told, watched } = await watchFolder(t, { 'a.hbs': 'one', 'b.hbs': 'one' })
  const emptied = told('a.hbs')
  const gone = told('b.hbs')
  const before = performance.now()
  fs.writeFileSync(join(root, 'a.hbs'), '')
  fs.rmSync(join(root, 'b.hbs'))
  await Promise.all([emptied, gone])
  assert.ok(performance.now() - before >= 85)
  assert.deepEqual([...watched.files.keys()], ['a.hbs'])
})

const replaced: readonly [name: string, replace: (root: string) => void][] = [
  [
    'removed and made again',
    (root) => {
      fs.rmSync(join(root, 'sub'), { recursive: true })
      put(root, { 'sub/b.hbs': 'another one' })
    },
  ],
  [
    'replaced by another',
    (root) => {
      put(root, { 'other/b.hbs': 'another one' })
      fs.renameSync(join(root, 'sub'), join(root, 'old'))
      fs.renameSync(join(root, 'other'), join(root, 'sub'))
    },
  ],
]
for (const [name, replace] of replaced) {
  it(`keeps on telling of a folder that was ${name}`, async (t) => {
    const { root, told, until, changes } = await watchFolder(t, { 'sub/b.hbs': 'one', 'c.hbs': 'one' })
    const back = told('sub/b.hbs')
    replace(root)
    await back
    // Watching it again takes its time: a save is found then at the latest.
    for (let round = 0; round < 5; round++) {
      const from = changes.length
      put(root, { 'sub/b.hbs': `round ${round}` })
      await until(() => changes.slice(from).some(({ files }) => files.has('sub/b.hbs')), `round ${round}`)
    }
  })
}

it('keeps on telling when the whole folder goes and comes back', async (t) => {
  const { root, told, watched, until } = await watchFolder(t, { 'a.hbs': 'one', 'sub/b.hbs': 'one' })
  fs.renameSync(root, `${root}-away`)
  await until(() => watched.files.size === 0, 'that all files are gone')
  fs.renameSync(`${root}-away`, root)
  await until(() => watched.files.size === 2, 'that all files are back')
  for (const text of ['two', 'three']) {
    const saved = told('sub/b.hbs')
    put(root, { 'sub/b.hbs': text })
    await saved
  }
})

it('tells of 500 files that change together at once', async (t) => {
  const names = Array.from({ length: 500 }, (_, index) => `f${index % 10}/t${index}.hbs`)
  const { root, until, changes } = await watchFolder(t, Object.fromEntries(names.map((name) => [name, 'one'])))
  put(root, Object.fromEntries(names.map((name) => [name, 'another branch'])))
  const told = new Set<string>()
  await until(() => {
    for (const { files } of changes) for (const file of files) told.add(file)
    return told.size === 500
  })
  // The machine may be busy elsewhere in between.
  assert.ok(changes.length <= 4, `${changes.length} times`)
})

it('leaves out what is none of ours, loops of links, pipes, and what is too much', async (t) => {
  const files: Record<string, string> = { 'a.hbs': 'one' }
  for (const path of ['node_modules/x/a.hbs', '.git/a.hbs', 'dist/a.hbs', 'build/a.hbs', 'b.hbs~']) files[path] = ''
  for (let index = 0; index < 10_500; index++) files[`many/${index}.txt`] = ''
  const { root, told, watched } = await watchFolder(t, files)
  assert.equal(watched.files.size, maxFiles)
  assert.equal(watched.truncated, true)
  assert.deepEqual(
    [...watched.files.keys()].filter((file) => !file.startsWith('many/')),
    ['a.hbs'],
  )
  const saved = told('a.hbs')
  put(root, { 'a.hbs': 'two' })
  await saved
})

it('ends loops of links, and opens no pipe', async (t) => {
  const { root, told, watched } = await watchFolder(t, { 'a.hbs': 'one', 'sub/b.hbs': 'one' })
  const added = told('c.hbs')
  fs.symlinkSync('..', join(root, 'sub/loop'))
  fs.symlinkSync(root, join(root, 'self'))
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(root, 'pipe.hbs')])
  put(root, { 'c.hbs': 'one' })
  await added
  assert.deepEqual([...watched.files.keys()].sort(), ['a.hbs', 'c.hbs', 'sub/b.hbs'])
})

const listening: readonly (readonly [string, boolean])[] = [
  ['told by the system', false],
  ['polling', true],
]
for (const [how, polling] of listening) {
  it(`follows links and files outside of the folder, ${how}`, async (t) => {
    const { root, told, watched } = await watchFolder(t, { 'a.hbs': 'one' }, polling)
    put(root, { '../shared/b.hbs': 'one', '../one/c.hbs': 'one', '../other/d.hbs': 'one' })
    const linked = Promise.all([told('links/b.hbs'), told('c.hbs')])
    fs.symlinkSync('../shared', join(root, 'links'))
    fs.symlinkSync('../one/c.hbs', join(root, 'c.hbs'))
    await linked
    watched.follow(['../other/d.hbs', '../other/e.hbs'], 0)
    await told('../other/d.hbs')
    for (const [path, file] of [
      ['../shared/b.hbs', 'links/b.hbs'],
      ['../one/c.hbs', 'c.hbs'],
      ['../other/d.hbs', '../other/d.hbs'],
      ['../other/e.hbs', '../other/e.hbs'],
    ] as const) {
      const saved = told(file)
      put(root, { [path]: 'two!' })
      await saved
    }
  })
}

it('polls where it has to', async (t) => {
  const { root, told } = await watchFolder(t, { 'a.hbs': 'one', 'sub/b.hbs': 'one' }, true)
  for (const path of ['a.hbs', 'sub/b.hbs', 'sub/new.hbs']) {
    const saved = told(path)
    put(root, { [path]: 'polled' })
    await saved
  }
})

it('200 saves in place of 200 kB by another process are all seen whole', async (t) => {
  const { reads, torn } = await seeSaves(t, 200)
  t.diagnostic(`${reads} reads, ${torn} of them torn`)
  assert.ok(reads >= 200)
})

it('polling: what is saved before the first look of the system is not lost', async (t) => {
  const files = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`${index % 20}/${index}.html`, 'one']))
  const { root, changes, until } = await watchFolder(t, files, true)
  put(root, Object.fromEntries(Object.keys(files).map((path) => [path, 'saved'])))
  const told = (): ReadonlySet<string> => new Set(changes.flatMap((change) => [...change.files]))
  await until(() => told().size === 400, 'that every save is told')
})
