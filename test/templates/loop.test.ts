import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { UnknownTemplate } from '../../src/templates/templates.ts'
import { idOf, isKind, openFolder } from './opened-templates.ts'

it('a save is pushed to who looks at it, with data, partials and layouts', async (t) => {
  const { templates, put, shows } = await openFolder(t, {
    'welcome.hbs': '<p>Hello {{name}}, {{> footer}}</p>',
    'partials/footer.hbs': 'bye',
    'welcome.data.json': '{"name": "Ann"}',
  })
  const id = idOf('welcome')
  const first = await templates.rendering(id)
  assert.equal(first.html, '<p>Hello Ann, bye</p>')
  assert.deepEqual(first.diagnostics, [])
  t.after(templates.look(id))

  let revision = first.revision
  for (const [file, text, html] of [
    ['welcome.hbs', '<p>Hi {{name}}, {{> footer}}</p>', '<p>Hi Ann, bye</p>'],
    ['partials/footer.hbs', 'see you', '<p>Hi Ann, see you</p>'],
    ['welcome.data.json', '{"name": "Bob"}', '<p>Hi Bob, see you</p>'],
  ] as const) {
    const shown = shows(id, html)
    put({ [file]: text })
    const rendering = await shown
    assert.ok(rendering.revision > revision)
    revision = rendering.revision
  }
})

it('what nobody looks at is said to be old, and rendered when asked for', async (t) => {
  const { templates, put, next, events } = await openFolder(t, {
    'a.hbs': 'one {{> p}}',
    'b.hbs': 'b',
    '_p.hbs': '',
    'p.hbs': 'p',
  })
  await templates.rendering(idOf('a'))
  await templates.rendering(idOf('b'))
  const outdated = next(isKind('outdated'))
  put({ 'a.hbs': 'two {{> p}}' })
  assert.deepEqual((await outdated).ids, [idOf('a')])
  assert.equal((await templates.rendering(idOf('a'))).html, 'two p')
  assert.equal(events.filter(isKind('rendering')).length, 0)
})

it('who asks after a save gets what was saved, event or not', async (t) => {
  const { templates, put } = await openFolder(t, { 'a.hbs': 'text 0' })
  for (let round = 1; round <= 20; round++) {
    await templates.rendering(idOf('a'))
    put({ 'a.hbs': `text ${round}` })
    assert.equal((await templates.rendering(idOf('a'))).html, `text ${round}`)
  }
})

it('a save that changes nothing to see is not pushed', async (t) => {
  const { templates, put, shows, events } = await openFolder(t, {
    'a.hbs': '{{! one }}text',
    'a.data.json': '{"x": 1}',
  })
  const first = await templates.rendering(idOf('a'))
  t.after(templates.look(idOf('a')))
  put({ 'a.hbs': '{{! two }}text' })
  put({ 'a.data.json': '{"x": 2}' })
  const shown = shows(idOf('a'), 'other')
  // It has been rendered by then, and was the same.
  assert.equal((await templates.rendering(idOf('a'))).revision, first.revision)
  put({ 'a.hbs': 'other' })
  await shown
  assert.equal(events.filter(isKind('rendering')).length, 1)
})

it('the last good rendering stays under what is wrong', async (t) => {
  const { templates, put, next, shows } = await openFolder(t, { 'a.hbs': '<p>{{x}}</p>', 'a.data.json': '{"x": 1}' })
  const id = idOf('a')
  await templates.rendering(id)
  t.after(templates.look(id))

  let failed = next(isKind('rendering'))
  put({ 'a.hbs': '<p>{{#if}</p>\n' })
  let { rendering } = await failed
  assert.deepEqual([rendering.stale, rendering.html], [true, '<p>1</p>'])
  assert.equal(rendering.diagnostics[0]?.file, 'a.hbs')
  assert.equal(rendering.diagnostics[0].line, 1)

  let healed = shows(id, '<b>1</b>')
  put({ 'a.hbs': '<b>{{x}}</b>' })
  assert.deepEqual([(await healed).stale, (await healed).diagnostics], [false, []])

  failed = next(isKind('rendering'))
  put({ 'a.data.json': '{\n  "x": 1,\n}' })
  rendering = (await failed).rendering
  assert.deepEqual([rendering.stale, rendering.html], [true, '<b>1</b>'])
  const [{ file, line, column, excerpt } = {}] = rendering.diagnostics
  assert.deepEqual([file, line, column, excerpt?.length], ['a.data.json', 3, 1, 3])

  healed = shows(id, '<b>2</b>')
  put({ 'a.data.json': '{"x": 2}' })
  assert.equal((await healed).stale, false)
})

it('a partial that was missing is found when it comes, and missed when it goes', async (t) => {
  const { root, templates, put, shows, next } = await openFolder(t, { 'a.hbs': '{{> greeting}}' })
  const id = idOf('a')
  assert.equal((await templates.rendering(id)).stale, true)
  t.after(templates.look(id))
  const found = shows(id, 'hello')
  put({ 'partials/greeting.hbs': 'hello' })
  await found
  const missed = next(isKind('rendering'))
  fs.rmSync(join(root, 'partials/greeting.hbs'))
  assert.equal((await missed).rendering.stale, true)
})

it('templates come, go, and change their names', async (t) => {
  const { root, templates, put, next, shows } = await openFolder(t, { 'a.hbs': 'a' })
  t.after(templates.look(idOf('new/b')))
  const came = Promise.all([next(isKind('catalogue')), shows(idOf('new/b'), 'b')])
  put({ 'new/b.hbs': 'b' })
  await came
  const renamed = next(isKind('catalogue'))
  fs.renameSync(join(root, 'new/b.hbs'), join(root, 'new/c.hbs'))
  await renamed
  // The old name goes a little later: it might have been a way of saving.
  if ((await templates.catalogue()).templates.length === 3) await next(isKind('catalogue'))
  assert.deepEqual(
    (await templates.catalogue()).templates.map(({ name }) => name),
    ['a', 'new/c'],
  )
  await assert.rejects(templates.rendering(idOf('new/b')), UnknownTemplate)
  await assert.rejects(templates.rendering(idOf('a', 'nobody')), UnknownTemplate)
  await assert.rejects(templates.rendering(idOf('a', 'default', 'de')), UnknownTemplate)
  await assert.rejects(templates.rendering(idOf('../a')), UnknownTemplate)
  await assert.rejects(templates.renderWith(idOf('nobody'), {}), UnknownTemplate)
})

it('a template that another one reads is a partial', async (t) => {
  const { templates, next } = await openFolder(t, { 'a.hbs': '{{> b}}', 'b.hbs': 'b', 'c.hbs': 'c' })
  const learned = next(isKind('catalogue'))
  await templates.rendering(idOf('a'))
  await learned
  const { templates: listed } = await templates.catalogue()
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['a', 'c'],
  )
  assert.equal((await templates.rendering(idOf('b'))).html, 'b')
})

it('other data than a fixture is rendered, and not kept', async (t) => {
  const { templates } = await openFolder(t, { 'a.hbs': '{{x}}', 'a.data.json': '{"x": "fixture"}' })
  const first = await templates.rendering(idOf('a'))
  const other = await templates.renderWith(idOf('a'), { x: 'other' })
  assert.equal(other.html, 'other')
  assert.ok(other.revision > first.revision)
  assert.deepEqual(await templates.rendering(idOf('a')), first)
})

it('an image that changed is an event of its own, and renders nothing', async (t) => {
  const { templates, put, next, events } = await openFolder(t, { 'a.hbs': '<img src="logo.png">', 'logo.png': 'one' })
  await templates.rendering(idOf('a'))
  t.after(templates.look(idOf('a')))
  const changed = next(isKind('asset'))
  put({ 'logo.png': 'two' })
  assert.equal((await changed).file, 'logo.png')
  assert.deepEqual([...new Set(events.map(({ kind }) => kind))], ['asset'])
})

it('everything has a revision, and they ascend', async (t) => {
  const { templates, put, shows, next, events } = await openFolder(t, { 'a.hbs': 'one', 'b.hbs': 'b', 'x.png': '' })
  await templates.rendering(idOf('b'))
  t.after(templates.look(idOf('a')))
  const shown = Promise.all([
    shows(idOf('a'), 'two'),
    next(isKind('outdated')),
    next(isKind('asset')),
    next(isKind('catalogue')),
  ])
  put({ 'a.hbs': 'two', 'b.hbs': 'other', 'x.png': 'x', 'c.hbs': 'c' })
  await shown
  const revisions = events.map((event) => (event.kind === 'rendering' ? event.rendering.revision : event.revision))
  assert.deepEqual(
    revisions,
    [...new Set(revisions)].sort((a, b) => a - b),
  )
})

it('a command renders what its glob says, and again when anything it may read changes', async (t) => {
  const print =
    "process.stdout.write(require('fs').readFileSync(require('path').join(process.argv[1], '../../words.txt'), 'utf8'))"
  const { templates, put, shows } = await openFolder(
    t,
    { 'mail/a.html.erb': '', 'other/b.erb': '', 'words.txt': '<p>one</p>', 'note.md': 'x' },
    { commands: [{ glob: 'mail/**', command: [process.execPath, '-e', print, '{file}'], watch: ['**/*.txt'] }] },
  )
  const { templates: listed } = await templates.catalogue()
  assert.deepEqual(
    listed.map(({ name, engine }) => [name, engine]),
    [
      ['mail/a', 'command'],
      ['note', 'markdown'],
    ],
  )
  const { html, diagnostics } = await templates.rendering(idOf('mail/a'))
  assert.deepEqual([html, diagnostics], ['<p>one</p>', []])
  t.after(templates.look(idOf('mail/a')))
  const shown = shows(idOf('mail/a'), '<p>two</p>')
  put({ 'words.txt': '<p>two</p>' })
  await shown
})

it('templates stay listed beside a command that does not say what it reads, and one that does names its partials', async (t) => {
  const says =
    "require('fs').writeFileSync(process.env.STUNTMAIL_DEPS_FILE, 'out: ' + require('path').join(process.argv[1], '../row.hbs'))"
  const print = 'process.stdout.write("<p>one</p>")'
  const program = (text: string): readonly [string, ...string[]] => [process.execPath, '-e', text, '{file}']
  const { templates, next } = await openFolder(
    t,
    { 'a.erb': '', 'b.cmd': '', 'row.hbs': '<p>row</p>', 'other.hbs': '<p>other</p>' },
    {
      commands: [
        { glob: '*.erb', command: program(print) },
        { glob: '*.cmd', command: program(`${says};${print}`) },
      ],
    },
  )
  const names = async (): Promise<string[]> => (await templates.catalogue()).templates.map(({ name }) => name)
  assert.equal((await templates.rendering(idOf('a'))).html, '<p>one</p>')
  assert.deepEqual(await names(), ['a', 'b', 'other', 'row'])
  const learned = next(isKind('catalogue'))
  await templates.rendering(idOf('b'))
  await learned
  assert.deepEqual(await names(), ['a', 'b', 'other'])
})
