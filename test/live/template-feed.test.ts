/** What each page is told of templates: what it looks at, the newest of it, and hints of the rest. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { WireRendering, WireTemplatesEvent } from '../../src/http/wire-types.ts'
import { lookOf } from '../../src/live/look.ts'
import { PendingHints } from '../../src/live/pending-hints.ts'
import { TemplateFeed, type TemplateClient } from '../../src/live/template-feed.ts'
import { silentLog } from '../../src/log.ts'
import { templatesInMemory } from '../support/templates-in-memory.ts'

class Page implements TemplateClient {
  isReady = true
  readonly renderings: WireRendering[] = []
  readonly hints: WireTemplatesEvent[] = []
  ready(): boolean {
    return this.isReady
  }
  rendering(event: WireRendering): void {
    this.renderings.push(event)
  }
  hint(event: WireTemplatesEvent): void {
    this.hints.push(event)
  }
  get html(): string[] {
    return this.renderings.map(({ html }) => html)
  }
}

function feeding(sources: Readonly<Record<string, string>>) {
  const templates = templatesInMemory(sources)
  const feed = new TemplateFeed({ templates, log: silentLog })
  templates.subscribe((event) => feed.push(event))
  return { templates, feed }
}

const idOf = (template: string, revision = 0) => ({ template, fixture: 'default', locale: '', revision })

describe('the feed of templates', () => {
  it('answers a look, follows saves, and tells of others that they are outdated', async () => {
    const { templates, feed } = feeding({ a: 'one', b: 'one' })
    const page = new Page()
    feed.look(page, { renderings: [idOf('a')] })
    await setImmediate()
    templates.save('a', 'two')
    templates.save('b', 'two')
    assert.deepEqual(page.html, ['one', 'two'])
    assert.deepEqual(
      page.hints.map(({ kind }) => kind),
      ['catalogue', 'outdated'],
    )
  })

  it('says nothing of what the page has, and looks away when it does', async () => {
    const { templates, feed } = feeding({ a: 'one' })
    const page = new Page()
    feed.look(page, { renderings: [idOf('a', 1)] })
    await setImmediate()
    assert.deepEqual([page.html, templates.looked.length], [[], 1])
    feed.look(page, { renderings: [] })
    templates.save('a', 'two')
    assert.deepEqual([page.html, templates.looked.length], [[], 0])
  })

  it('keeps only the newest for a page that is slow', async () => {
    const { templates, feed } = feeding({ a: 'one' })
    const page = new Page()
    feed.look(page, { renderings: [idOf('a')] })
    await setImmediate()
    page.isReady = false
    for (const text of ['two', 'three', 'four']) templates.save('a', text)
    assert.deepEqual(page.html, ['one'])
    page.isReady = true
    feed.drained(page)
    assert.deepEqual(page.html, ['one', 'four'])
  })

  it('tells of a rendering that is too large, and does not send it', async () => {
    const { templates, feed } = feeding({ a: 'one' })
    const page = new Page()
    feed.look(page, { renderings: [idOf('a')] })
    await setImmediate()
    templates.save('a', 'x'.repeat(1_100_000))
    assert.deepEqual(page.html, ['one'])
    const { template, fixture, locale } = idOf('a')
    assert.deepEqual(page.hints.at(-1), { kind: 'outdated', revision: 2, renderings: [{ template, fixture, locale }] })
  })

  it('shows what comes into being while it is looked at', async () => {
    const { templates, feed } = feeding({})
    const page = new Page()
    feed.look(page, { renderings: [idOf('new')] })
    await setImmediate()
    templates.save('new', 'one')
    await setImmediate()
    assert.deepEqual(page.html, ['one'])
  })

  it('forgets who left', async () => {
    const { templates, feed } = feeding({ a: 'one' })
    const page = new Page()
    feed.look(page, { renderings: [idOf('a')] })
    feed.leave(page)
    await setImmediate()
    templates.save('a', 'two')
    assert.deepEqual([page.html, page.hints, templates.looked], [[], [], []])
  })
})

describe('hints that wait', () => {
  it('say each thing once, and that all is to be listed again where it is too much', () => {
    const hints = new PendingHints()
    for (const revision of [1, 2]) hints.add({ kind: 'asset', revision, file: 'a.png' })
    assert.deepEqual([hints.take(), hints.take()], [{ kind: 'asset', revision: 2, file: 'a.png' }, undefined])
    for (let file = 0; file <= 5_000; file++) hints.add({ kind: 'asset', revision: 3 + file, file: `${file}.png` })
    assert.deepEqual([hints.take(), hints.take()], [{ kind: 'catalogue', revision: 5_003 }, undefined])
  })
})

describe('what a page says that it looks at', () => {
  it('is read as it is', () => {
    const look = { renderings: [idOf('a', 7)] }
    assert.deepEqual(lookOf(look), look)
  })
  const malformed: readonly unknown[] = [
    undefined,
    null,
    'a',
    [],
    { renderings: 'a' },
    { renderings: [], more: 1 },
    { renderings: [null] },
    { renderings: [{ ...idOf('a'), revision: -1 }] },
    { renderings: [{ ...idOf('a'), revision: 1.5 }] },
    { renderings: [{ ...idOf('a'), fixture: 1 }] },
    { renderings: [{ ...idOf('a'), more: 1 }] },
    { renderings: [idOf('x'.repeat(1_001))] },
    { renderings: Array.from({ length: 13 }, () => idOf('a')) },
  ]
  for (const question of malformed) {
    it(`is nothing where it is ${JSON.stringify([question]).slice(1, 60)}`, () => {
      assert.equal(lookOf(question), undefined)
    })
  }
})
