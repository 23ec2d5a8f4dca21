/** What goes wrong: with templates, with options, and what the rest of a chain hears of it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import { render } from '../../src/gulp/plugin.ts'
import { emailsFolder, failure, rendering, texts } from './streams.ts'

test('an error has the shape of a plugin error, and the place in the template', async (t) => {
  const emails = emailsFolder(t, { 'a.hbs': '<p>\n{{#if x}}\n' })
  const error = await failure(emails.render('a.hbs'))
  assert.ok(error instanceof Error)
  assert.equal(error.name, 'PluginError')
  assert.equal(error.plugin, 'stuntmail.render')
  assert.equal(error.showStack, false)
  assert.equal(error.fileName, join(emails.root, 'a.hbs'))
  assert.equal(error.lineNumber, 3)
  assert.match(error.message, /^Parse error/)
  assert.match(error.toString(), /^Error in plugin "stuntmail\.render"\nMessage:\n {4}Parse error/)
  assert.ok(error.toString().includes(`Details:\n    ${error.fileName}:3`))
})

test('an error in a partial and in a fixture names that file', async (t) => {
  const emails = emailsFolder(t, {
    'a.hbs': '{{> broken}}',
    'partials/broken.hbs': '\n{{/if}}',
    'b.hbs': '{{name}}',
    'b.data.json': '{\n "name": }',
  })
  const partial = await failure(emails.render('a.hbs'))
  assert.deepEqual([partial.fileName, partial.lineNumber], [join(emails.root, 'partials/broken.hbs'), 2])
  assert.match(partial.message, /It came through a\.hbs/)
  const fixture = await failure(emails.render('b.hbs', { data: { name: 'Ann' } }))
  assert.deepEqual([fixture.fileName, fixture.lineNumber], [join(emails.root, 'b.data.json'), 2])
})

test('TPL-4: a template that loops or ends its process fails, and the next one is rendered', async (t) => {
  const emails = emailsFolder(t, {
    'a.ejs': '<% for (;;) {} %>',
    'b.ejs': '<% while (true) { locals.x = [locals.x, new Array(1e6).fill(0.5)] } %>',
    'c.ejs': 'good',
  })
  const endless = await failure(emails.render('a.ejs', { timeoutMs: 200 }))
  assert.match(endless.message, /took longer than 0\.2 s/)
  assert.equal(endless.fileName, join(emails.root, 'a.ejs'))
  const hungry = await failure(emails.render('b.ejs', { memoryMiB: 64, timeoutMs: 60_000 }))
  assert.match(hungry.message, /more memory|ended the rendering process/)
  assert.deepEqual(texts(await emails.render('c.ejs', { timeoutMs: 10_000 })), { 'c.html': 'good' })
})

test('a broken template, then a good one: each run has its own stream, all of them one process', async (t) => {
  const emails = emailsFolder(t, { 'a.hbs': '{{> p}}', 'partials/p.hbs': 'one' })
  assert.deepEqual(texts(await emails.render('**/*.hbs')), { 'a.html': 'one' })
  emails.put({ 'partials/p.hbs': '{{#if}}' })
  assert.match((await failure(emails.render('**/*.hbs'))).message, /Parse error/)
  emails.put({ 'partials/p.hbs': 'two' })
  assert.deepEqual(texts(await emails.render('**/*.hbs')), { 'a.html': 'two' })
  emails.put({ 'a.data.json': '{ "n": 1 }', 'a.hbs': '{{n}}{{> q}}', 'partials/q.hbs': 'new' })
  assert.deepEqual(texts(await emails.render('**/*.hbs')), { 'a.html': '1new' })
})

test('an error ends what it is piped to, however it is piped', async (t) => {
  const emails = emailsFolder(t, { 'a.hbs': '{{#if}}' })
  const last = emails
    .source('a.hbs')
    .pipe(rendering())
    .pipe(new PassThrough({ objectMode: true }))
  const [error] = (await once(last, 'error')) as [Error]
  assert.equal(error.name, 'PluginError')
  const piped = pipeline(emails.source('a.hbs'), rendering(), new PassThrough({ objectMode: true }).resume())
  assert.equal((await failure(piped)).message, error.message)
})

test('who ends the rest after an error in their own way is left alone', async (t) => {
  const emails = emailsFolder(t, { 'a.hbs': '{{#if}}' })
  const last = new PassThrough({ objectMode: true })
  const plugin = rendering().on('error', () => plugin.emit('end'))
  const ended = once(emails.source('a.hbs').pipe(plugin).pipe(last).resume(), 'end')
  await ended
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(last.errored, null)
})

test('options that cannot be used fail at once, other settings with a file', async (t) => {
  const emails = emailsFolder(t, { 'a.hbs': 'a', 'deep/b.hbs': 'b' })
  const circle: Record<string, unknown> = {}
  circle['circle'] = circle
  assert.throws(() => render({ data: circle }), { name: 'PluginError', message: /JSON/ })
  assert.throws(() => render({ data: [1] }), { name: 'PluginError', message: /object with names/ })
  const outside = await failure(emails.render('*.hbs', { root: 'deep' }))
  assert.match(outside.message, /outside of the folder of templates/)
  const nowhere = await failure(emails.render('*.hbs', { root: 'nowhere' }))
  assert.match(nowhere.message, /ENOENT/)
  const unknown = await failure(emails.render('*.hbs', { engines: { '*.hbs': 'nothing' } }))
  assert.match(unknown.message, /no engine nothing/)
  assert.deepEqual(texts(await emails.render('deep/*.hbs', { root: 'deep' })), { [join('deep', 'b.html')]: 'b' })
})

test('what a template prints is a warning of the process', async (t) => {
  const emails = emailsFolder(t, { 'a.ejs': '<% console.log("printed here") %>a' })
  const warned = once(process, 'warning')
  assert.deepEqual(texts(await emails.render('a.ejs')), { 'a.html': 'a' })
  const [warning] = (await warned) as [Error]
  assert.equal(warning.name, 'StuntmailWarning')
  assert.match(warning.message, /^a\.ejs: Printed while rendering: printed here/)
})

test('a stream that is given up lets the rendering in hand end', async (t) => {
  const emails = emailsFolder(t, { 'a.hbs': 'a', 'b.hbs': 'b' })
  const plugin = rendering()
  const ended = failure(pipeline(emails.source('*.hbs'), plugin))
  plugin.destroy()
  assert.match((await ended).message, /Premature close/)
  assert.deepEqual(texts(await emails.render('*.hbs')), { 'a.html': 'a', 'b.html': 'b' })
})
