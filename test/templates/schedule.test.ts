import assert from 'node:assert/strict'
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import type { Renderer } from '../../src/templates/renderer.ts'
import { Schedule } from '../../src/templates/schedule.ts'
import { startRenderer } from '../../src/templates/start-renderer.ts'
import { idOf, isKind, openFolder } from './opened-templates.ts'

/** Work that ends when it is told to. */
function manualWork() {
  const done: string[] = []
  const begun: { readonly key: string; end(): void }[] = []
  const schedule = new Schedule({
    idleMs: 1,
    work: (key) =>
      new Promise((resolve) => {
        begun.push({
          key,
          end() {
            done.push(key)
            resolve()
          },
        })
      }),
  })
  return { schedule, done, begun }
}

/** Until what was settled has been noticed. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function hasBegun(begun: readonly unknown[], count: number): Promise<void> {
  while (begun.length < count) await turn()
}

it('one at a time: who waits, then the most recently wanted', async () => {
  const { schedule, begun, done } = manualWork()
  for (const key of ['first', 'old', 'new', 'old again', 'old']) schedule.want(key)
  const asked = schedule.ask('asked')
  for (const expected of ['first', 'asked', 'old', 'old again', 'new']) {
    assert.equal(begun.at(-1)?.key, expected)
    assert.equal(begun.length, done.length + 1)
    begun.at(-1)?.end()
    await turn()
  }
  await asked
  assert.equal(begun.length, 5)
  await schedule.close()
})

it('a hundred times wanted is rendered once, and once more while it is', async () => {
  const { schedule, begun } = manualWork()
  for (let time = 0; time < 100; time++) schedule.want('a')
  begun[0]?.end()
  await turn()
  assert.deepEqual(
    begun.map(({ key }) => key),
    ['a', 'a'],
  )
  begun[1]?.end()
  await turn()
  assert.equal(begun.length, 2)
  await schedule.close()
})

it('the others have their turn when nothing else is to do', async () => {
  const { schedule, begun } = manualWork()
  schedule.spare(['x', 'y'])
  schedule.want('a')
  assert.equal(begun.length, 1)
  begun[0]?.end()
  await hasBegun(begun, 2)
  schedule.want('b')
  begun[1]?.end()
  await turn()
  assert.deepEqual(
    begun.map(({ key }) => key),
    ['a', 'x', 'b'],
  )
  begun[2]?.end()
  await hasBegun(begun, 4)
  assert.equal(begun[3]?.key, 'y')
  begun[3].end()
  await schedule.close()
})

it('close waits for what runs and lets go of who waits', async () => {
  const { schedule, begun, done } = manualWork()
  const running = schedule.ask('a')
  const waiting = schedule.ask('b')
  const closed = schedule.close()
  begun[0]?.end()
  await Promise.all([closed, running, waiting, schedule.ask('c')])
  assert.deepEqual(done, ['a'])
})

const many = (count: number, text: (index: number) => string): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`mails/${index}.hbs`, text(index)]))

it('100 saves within a second: no queue, the last one is shown', async (t) => {
  const { templates, put, shows, events } = await openFolder(t, { 'a.hbs': 'save 0' })
  await templates.rendering(idOf('a'))
  t.after(templates.look(idOf('a')))
  const last = shows(idOf('a'), 'save 100')
  for (let save = 1; save <= 100; save++) {
    put({ 'a.hbs': `save ${save}` })
    // What is tested is this pace.
    await setTimeout(8)
  }
  const saved = performance.now()
  await last
  t.diagnostic(`shown ${Math.round(performance.now() - saved)} ms after the last save`)
  const shown = events.filter(isKind('rendering'))
  assert.ok(shown.length <= 100)
  for (const { rendering } of shown) assert.match(rendering.html, /^save \d+$/)
  const numbers = shown.map(({ rendering }) => Number(rendering.html.slice(5)))
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  )
})

it('a save that 500 renderings depend on renders what is looked at, and names the others once', async (t) => {
  const { templates, put, next, shows, events } = await openFolder(t, {
    'layouts/base.hbs': 'one',
    ...many(500, (index) => `${index} {{> layouts/base}}`),
  })
  const ids = Array.from({ length: 500 }, (_, index) => idOf(`mails/${index}`))
  for (const id of ids) assert.match((await templates.rendering(id)).html, / one$/)
  const looked = idOf('mails/250')
  t.after(templates.look(looked))
  const outdated = next(isKind('outdated'))
  const shown = shows(looked, '250 two')
  put({ 'layouts/base.hbs': 'two' })
  const [{ ids: named }] = await Promise.all([outdated, shown])
  assert.equal(named.length, 499)
  assert.equal(events.length, 2)
  assert.equal((await templates.rendering(idOf('mails/7'))).html, '7 two')
})

it('a checkout that changes 500 files is one batch, and renders what is looked at', async (t) => {
  const { templates, put, next, shows, events } = await openFolder(
    t,
    many(500, (index) => `${index} one`),
  )
  for (let index = 0; index < 500; index += 5) await templates.rendering(idOf(`mails/${index}`))
  t.after(templates.look(idOf('mails/250')))
  const all = Promise.all([shows(idOf('mails/250'), '250 two'), next(isKind('outdated')), next(isKind('catalogue'))])
  put({ ...many(500, (index) => `${index} two`), 'mails/new.hbs': 'new' })
  await all
  // The machine may be busy elsewhere between two files.
  assert.ok(events.filter(isKind('outdated')).length <= 3)
  assert.ok(events.filter(isKind('rendering')).length <= 3)
})

it('what is read while a file is being written does not take the place of what is shown', async (t) => {
  const path = (): string => join(folder.root, 'a.hbs')
  let torn = 0
  const folder = await openFolder(
    t,
    { 'a.hbs': 'whole 0' },
    {
      renderer(options) {
        const inner = startRenderer(options)
        return {
          ...bound(inner),
          async render(request) {
            if (torn === 0 || torn > 4) return inner.render(request)
            truncateSync(path())
            const result = await inner.render(request)
            writeFileSync(path(), `whole ${torn++}`)
            return result
          },
        }
      },
    },
  )
  const { templates, put, shows, events } = folder
  await templates.rendering(idOf('a'))
  t.after(templates.look(idOf('a')))
  const last = shows(idOf('a'), 'whole 4')
  torn = 1
  put({ 'a.hbs': 'whole' })
  await last
  assert.equal(torn, 5)
  for (const { rendering } of events.filter(isKind('rendering'))) assert.match(rendering.html, /^whole \d$/)
})

/** Its methods, to be put into another object. */
function bound(renderer: Renderer): Renderer {
  return {
    warm: (engines) => renderer.warm(engines),
    render: (request) => renderer.render(request),
    evaluate: (file) => renderer.evaluate(file),
    forget: (files) => renderer.forget(files),
    rest: () => renderer.rest(),
    close: () => renderer.close(),
  }
}
