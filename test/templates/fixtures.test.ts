import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { FixtureNotWritable, UnknownTemplate } from '../../src/templates/templates.ts'
import { idOf, isKind, openFolder } from './opened-templates.ts'

const show = '{{greeting}} {{user.name}} {{user.age}}'

describe('reading', () => {
  it('several sets, in JSON and YAML, and none at all', async (t) => {
    const { templates } = await openFolder(t, {
      'a.hbs': show,
      'a.vip.json': '\uFEFF{"greeting": "Dear", "user": {"name": "Ann", "age": 30}}',
      'a.new.yaml': 'greeting: Hi\nuser:\n  name: Bob\n  age: 20\n',
    })
    assert.equal((await templates.rendering(idOf('a', 'vip'))).html, 'Dear Ann 30')
    assert.equal((await templates.rendering(idOf('a', 'new'))).html, 'Hi Bob 20')
    assert.equal((await templates.rendering(idOf('a'))).html.trim(), '')
    assert.deepEqual((await templates.catalogue()).templates[0]?.fixtures, ['default', 'new', 'vip'])
    const { file, writable, data, diagnostics } = await templates.fixture('a', 'new')
    assert.deepEqual([file, writable, diagnostics], ['a.new.yaml', false, []])
    assert.deepEqual(JSON.parse(JSON.stringify(data)), { greeting: 'Hi', user: { name: 'Bob', age: 20 } })
    assert.deepEqual(await templates.fixture('a', 'default').then(({ file, writable }) => [file, writable]), [
      undefined,
      true,
    ])
    await assert.rejects(templates.fixture('a', 'nobody'), UnknownTemplate)
    await assert.rejects(templates.fixture('nobody', 'default'), UnknownTemplate)
  })

  it('a language lies over what is common, and has its own template', async (t) => {
    const { templates } = await openFolder(t, {
      'a.hbs': show,
      'a.fr.hbs': `FR ${show}`,
      'a.data.json': '{"user": {"name": "Ann", "age": 30}}',
      'de/a.data.json': '{"user": {"name": "Anna"}}',
      'locales/de.json': '{"greeting": "Hallo", "user": {"name": "niemand"}}',
      'locales/fr.yml': 'greeting: Salut',
    })
    assert.deepEqual((await templates.catalogue()).templates[0]?.locales, ['de', 'fr'])
    assert.equal((await templates.rendering(idOf('a', 'default', 'de'))).html, 'Hallo Anna 30')
    assert.equal((await templates.rendering(idOf('a', 'default', 'fr'))).html, 'FR Salut Ann 30')
    assert.equal((await templates.rendering(idOf('a'))).html, ' Ann 30')
  })

  it('what is no data is said where it is', async (t) => {
    const { templates } = await openFolder(t, {
      'a.hbs': show,
      'a.data.json': '{"user": {"name": "Ann",}}',
      'a.list.json': '[1, 2]',
      'a.bad.yaml': 'user: {name: Ann\nage: 3\n',
    })
    for (const [fixture, file, line] of [
      ['default', 'a.data.json', 1],
      ['list', 'a.list.json', undefined],
      ['bad', 'a.bad.yaml', 2],
    ] as const) {
      const { stale, diagnostics } = await templates.rendering(idOf('a', fixture))
      assert.equal(stale, true)
      assert.deepEqual([diagnostics[0]?.severity, diagnostics[0]?.file, diagnostics[0]?.line], ['error', file, line])
      assert.equal((await templates.fixture('a', fixture)).writable, false)
    }
  })

  it('programs run in the rendering process, and each export is a fixture', async (t) => {
    const { templates, put, shows } = await openFolder(t, {
      'a.hbs': '{{user.name}}',
      'names.ts': "export const name: string = 'Ann'",
      'a.data.ts':
        "import { name } from './names.ts'\nexport default { user: { name } }\nexport const vip = { user: { name: `${name} VIP` } }\nexport const no = () => 1",
    })
    assert.equal((await templates.rendering(idOf('a', 'vip'))).html, 'Ann VIP')
    assert.deepEqual((await templates.catalogue()).templates[0]?.fixtures, ['default', 'vip'])
    assert.equal((await templates.rendering(idOf('a'))).html, 'Ann')
    t.after(templates.look(idOf('a', 'vip')))
    const shown = shows(idOf('a', 'vip'), 'Bob VIP')
    put({ 'names.ts': "export const name = 'Bob'" })
    await shown
    const failed = shows(idOf('a', 'vip'), 'Bob VIP')
    put({ 'names.ts': "export const name = 'Bob" })
    const { stale, diagnostics } = await failed
    assert.deepEqual([stale, diagnostics[0]?.file, diagnostics[0]?.line], [true, 'names.ts', 1])
  })
})

describe('writing', () => {
  it('back to the file, whose mode stays, and everybody sees it', async (t) => {
    const { root, templates, shows } = await openFolder(t, { 'sub/a.hbs': '{{x}}', 'sub/a.data.json': '{"x": 1}' })
    const file = join(root, 'sub/a.data.json')
    fs.chmodSync(file, 0o640)
    await templates.rendering(idOf('sub/a'))
    t.after(templates.look(idOf('sub/a')))
    const shown = shows(idOf('sub/a'), '2')
    await templates.fixture('sub/a', 'default')
    await templates.saveFixture('sub/a', 'default', { x: 2 })
    await shown
    assert.equal(fs.readFileSync(file, 'utf8'), '{\n  "x": 2\n}\n')
    assert.equal(fs.statSync(file).mode & 0o777, 0o640)
    assert.deepEqual(fs.readdirSync(join(root, 'sub')).sort(), ['a.data.json', 'a.hbs'])
    await templates.saveFixture('sub/a', 'default', { x: 3 })
    assert.equal((await templates.rendering(idOf('sub/a'))).html, '3')
  })

  it('a new one, which is in the catalogue then', async (t) => {
    const { root, templates, next } = await openFolder(t, { 'a.hbs': '{{x}}' })
    const changed = next(isKind('catalogue'))
    await templates.saveFixture('a', 'Große Bestellung', { x: 'new' })
    await changed
    assert.equal((await templates.rendering(idOf('a', 'Große Bestellung'))).html, 'new')
    assert.ok(fs.existsSync(join(root, 'a.Große Bestellung.json')))
  })

  it('not over what was changed since it was read', async (t) => {
    const { root, templates, put } = await openFolder(t, { 'a.hbs': '{{x}}', 'a.data.json': '{"x": 1}' })
    await templates.fixture('a', 'default')
    put({ 'a.data.json': '{"x": "by an editor"}' })
    await assert.rejects(templates.saveFixture('a', 'default', { x: 2 }), FixtureNotWritable)
    assert.deepEqual(fs.readdirSync(root).sort(), ['a.data.json', 'a.hbs'])
    assert.equal(fs.readFileSync(join(root, 'a.data.json'), 'utf8'), '{"x": "by an editor"}')
    await templates.fixture('a', 'default')
    await templates.saveFixture('a', 'default', { x: 2 })
  })

  it('not over programs, YAML, or what cannot be read', async (t) => {
    const { root, templates } = await openFolder(t, {
      'a.hbs': '{{x}}',
      'a.data.yaml': 'x: 1',
      'a.bad.json': '{"x": 1',
    })
    await assert.rejects(templates.saveFixture('a', 'default', {}), FixtureNotWritable)
    await assert.rejects(templates.saveFixture('a', 'bad', {}), FixtureNotWritable)
    await assert.rejects(templates.saveFixture('nobody', 'default', {}), UnknownTemplate)
    assert.deepEqual(fs.readdirSync(root).sort(), ['a.bad.json', 'a.data.yaml', 'a.hbs'])
  })

  for (const name of [
    '',
    '../x',
    'a/b',
    'a\\b',
    'a.b',
    'data',
    'subject',
    'de',
    ' x',
    'x ',
    '-x',
    'x\0',
    'x'.repeat(65),
  ]) {
    it(`not by the name ${JSON.stringify(name.slice(0, 20))}`, async (t) => {
      const { root, templates } = await openFolder(t, { 'a.hbs': '{{x}}' })
      await assert.rejects(templates.saveFixture('a', name, {}), FixtureNotWritable)
      assert.deepEqual(fs.readdirSync(root), ['a.hbs'])
    })
  }

  it('not outside of the root, wherever links lead', async (t) => {
    const { root, templates } = await openFolder(t, {
      'a.hbs': '{{x}}',
      '../outside/b.hbs': 'b',
      '../target.json': '{}',
    })
    fs.symlinkSync('../target.json', join(root, 'a.data.json'))
    fs.symlinkSync('../outside', join(root, 'linked'))
    while ((await templates.catalogue()).templates.length < 2) await new Promise((resolve) => setImmediate(resolve))
    await assert.rejects(templates.saveFixture('a', 'default', { x: 1 }), FixtureNotWritable)
    await assert.rejects(templates.saveFixture('linked/b', 'default', { x: 1 }), FixtureNotWritable)
    assert.equal(fs.readFileSync(join(root, '../target.json'), 'utf8'), '{}')
    assert.deepEqual(fs.readdirSync(join(root, '../outside')), ['b.hbs'])
    await templates.saveFixture('a', 'inside', { x: 1 })
  })
})
