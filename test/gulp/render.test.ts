import gulp from 'gulp'
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import Vinyl from 'vinyl'
import { all, emailsFolder, failure, rendering, textOf, texts, through } from './streams.ts'

test('a template becomes HTML, with its front matter, its fixture and the data over it', async (t) => {
  const emails = emailsFolder(t, {
    'users/welcome.hbs': '---\nsubject: Hello {{user.name}}\n---\n<p>{{user.name}}, {{user.city}}</p>{{> foot}}',
    'users/welcome.data.json': '{ "user": { "name": "Ann", "city": "Ulm" } }',
    'users/welcome.vip.yaml': 'user: { name: Vic, city: Bonn }',
    'partials/foot.hbs': '<i>foot</i>',
  })
  const [file, ...others] = await emails.render('**/*.*')
  assert.deepEqual(
    others.map(({ relative }) => relative),
    [],
  )
  assert.equal(file?.relative, join('users', 'welcome.html'))
  assert.equal(textOf(file), '<p>Ann, Ulm</p><i>foot</i>')
  assert.deepEqual(file.stuntmail, {
    template: 'users/welcome',
    subject: 'Hello Ann',
    from: '',
    preheader: '',
    text: 'Ann, Ulm\nfoot',
  })
  assert.equal(file.base, emails.root)
  assert.deepEqual(file.history, [join(emails.root, 'users/welcome.hbs'), join(emails.root, 'users/welcome.html')])
  const given = await emails.render('**/welcome.hbs', { data: { user: { name: 'Bob' } }, fixture: 'vip' })
  assert.deepEqual(texts(given), { [join('users', 'welcome.html')]: '<p>Bob, Bonn</p><i>foot</i>' })
})

test('each engine by its extension, by the configuration, or a command', async (t) => {
  const emails = emailsFolder(t, {
    'a.mjml.hbs':
      '<mjml><mj-body><mj-section><mj-column><mj-text>{{name}}</mj-text></mj-column></mj-section></mj-body></mjml>',
    'b.tsx': 'export default ({ name }: { name: string }) => <p>{name}</p>',
    'c.html': '<style>p { color: red }</style><p>{{ name }}</p>',
    'd.jinja': '',
    'e.md': '# Hello',
    'f.eta': '<%= it.name %>',
  })
  const program = 'process.stdin.on("data", (d) => console.log(`<b>${JSON.parse(d).data.name}</b>`))'
  const files = await emails.render('*', {
    data: { name: 'Ann' },
    inlineCss: true,
    engines: { 'c.*': 'liquid' },
    commands: [{ glob: '*.jinja', command: [process.execPath, '-e', program] }],
  })
  const made = texts(files)
  assert.match(made['a.html'] ?? '', /<div[^>]*>Ann<\/div>/)
  assert.match(made['b.html'] ?? '', /<p>Ann<\/p>/)
  assert.match(made['c.html'] ?? '', /<p style="color: red;?">Ann<\/p>/)
  assert.equal(made['d.html']?.trim(), '<b>Ann</b>')
  assert.match(made['e.html'] ?? '', /<h1>Hello<\/h1>/)
  assert.equal(made['f.html'], 'Ann')
})

test('languages: of the name, or as they are asked for', async (t) => {
  const emails = emailsFolder(t, {
    'welcome.hbs': '{{hello}}',
    'welcome.de.hbs': 'de: {{hello}}',
    'bye.hbs': '{{hello}}',
    'locales/de.json': '{ "hello": "Hallo" }',
    'locales/fr.json': '{ "hello": "Bonjour" }',
  })
  assert.deepEqual(texts(await emails.render('**/*.*', { data: {} })), {
    'bye.html': '',
    'welcome.de.html': 'de: Hallo',
    'welcome.html': '',
  })
  assert.deepEqual(texts(await emails.render('**/*.*', { locale: 'fr' })), {
    'bye.html': 'Bonjour',
    'welcome.de.html': 'de: Hallo',
    'welcome.html': 'Bonjour',
  })
})

test('what is no template goes on, what is a part of one does not', async (t) => {
  const emails = emailsFolder(t, {
    'a.hbs': 'a',
    'a.text.hbs': 'its text',
    'a.data.json': '{}',
    '_b.hbs': 'b',
    'layouts/c.hbs': 'c',
    'logo.svg': '<svg/>',
    'other.json': '{}',
  })
  assert.deepEqual(texts(await emails.render('**/*.*')), { 'a.html': 'a', 'logo.svg': '<svg/>', 'other.json': '{}' })
})

test('contents that a plugin before changed are what is rendered; who reads the file itself refuses them', async (t) => {
  const emails = emailsFolder(t, { 'a.hbs': '{{#if x}}old{{/if}}', 'b.tsx': 'export default () => <p>old</p>' })
  const changing = () =>
    new Transform({
      objectMode: true,
      transform(file: Vinyl, _encoding, done) {
        file.contents = Buffer.from(textOf(file).replace('old', 'new'))
        done(null, file)
      },
    })
  const data = { x: true }
  const changed = await all(emails.source('a.hbs').pipe(changing()).pipe(rendering({ data })))
  assert.deepEqual(texts(changed), { 'a.html': 'new' })
  const refused = await failure(all(emails.source('b.tsx').pipe(changing()).pipe(rendering())))
  assert.match(refused.message, /plugin before this one changed its contents/)
  assert.equal(refused.fileName, join(emails.root, 'b.tsx'))
  assert.match(texts(await emails.render('b.tsx'))['b.html'] ?? '', /<p>old<\/p>/)
})

test('a file that was saved after it was read is no changed one', async (t) => {
  const emails = emailsFolder(t, { 'b.tsx': 'export default () => <p>old</p>' })
  const file = new Vinyl({
    cwd: emails.root,
    base: emails.root,
    path: join(emails.root, 'b.tsx'),
    contents: readFileSync(join(emails.root, 'b.tsx')),
    stat: statSync(join(emails.root, 'b.tsx')),
  })
  emails.put({ 'b.tsx': 'export default () => <p>new</p>' })
  utimesSync(file.path, new Date(), new Date(Date.now() + 60_000))
  assert.match(texts(await through(rendering(), file))['b.html'] ?? '', /<p>new<\/p>/)
})

test('a template that is nowhere on the disk', async (t) => {
  const emails = emailsFolder(t, { 'partials/p.hbs': 'partial' })
  const file = new Vinyl({
    cwd: emails.root,
    base: emails.root,
    path: join(emails.root, 'made.hbs'),
    contents: Buffer.from('{{> p}}, {{name}}'),
  })
  assert.deepEqual(texts(await through(rendering({ data: { name: 'Ann' } }), file)), { 'made.html': 'partial, Ann' })
})

test('streams come out as streams; folders and files without contents as they are', async (t) => {
  const emails = emailsFolder(t, { 'a.hbs': 'a {{x}}', 'deep/b.hbs': 'b' })
  const [streamed] = await all(emails.source('a.hbs', { buffer: false }).pipe(rendering({ data: { x: 1 } })))
  assert.ok(streamed?.isStream())
  assert.equal((await Readable.from(streamed.contents).toArray()).join(''), 'a 1')
  const unread = await all(emails.source('**/*', { read: false }).pipe(rendering()))
  assert.deepEqual(
    unread.map(({ relative, contents }) => [relative, contents]),
    [
      ['a.hbs', null],
      ['deep', null],
      [join('deep', 'b.hbs'), null],
    ],
  )
})

test('a stream of contents that fails fails the plugin', async (t) => {
  const emails = emailsFolder(t, { 'a.hbs': '' })
  const contents = new Readable({
    read() {
      this.destroy(new Error('the disk is gone'))
    },
  })
  const file = new Vinyl({ cwd: emails.root, base: emails.root, path: join(emails.root, 'a.hbs'), contents })
  assert.equal((await failure(through(rendering(), file))).message, 'the disk is gone')
})

test('written by dest: time and source map are those of what was rendered', async (t) => {
  const emails = emailsFolder(t, { 'a.hbs': 'a' })
  const old = new Date('2020-01-01T00:00:00Z')
  utimesSync(join(emails.root, 'a.hbs'), old, old)
  const out = join(emails.root, 'out')
  mkdirSync(out)
  const source = emails.source('a.hbs', { sourcemaps: true })
  await pipeline(source, rendering(), gulp.dest(out, { sourcemaps: '.' }))
  assert.match(readFileSync(join(out, 'a.html'), 'utf8'), /^a/)
  assert.ok(statSync(join(out, 'a.html')).mtimeMs > old.getTime())
  const map = JSON.parse(readFileSync(join(out, 'a.html.map'), 'utf8')) as Record<string, unknown>
  assert.deepEqual([map['file'], map['sources'], map['mappings']], ['a.html', ['a.hbs'], ''])
})

test('only a text, or a whole message', async (t) => {
  const emails = emailsFolder(t, { 'a.txt': '', 'b.txt': '' })
  const printing = (text: string) => [process.execPath, '-e', `process.stdout.write(${JSON.stringify(text)})`] as const
  const files = await emails.render('*.txt', {
    commands: [
      { glob: 'a.txt', command: printing('Subject: Hello\r\nContent-Type: text/plain\r\n\r\nplain\r\n') },
      { glob: 'b.txt', command: printing('Subject: Hello\r\nContent-Type: text/html\r\n\r\n<p>html</p>') },
    ],
  })
  assert.match(texts(files)['a.eml'] ?? '', /^Subject: Hello\r\n/)
  assert.match(texts(files)['b.html'] ?? '', /<p>html<\/p>/)
})

test('__proto__ in data, from a fixture and given, changes nothing', async (t) => {
  const emails = emailsFolder(t, {
    'a.ejs': '<%= {}.evil %>|<%= name %>|<%= typeof locals.__proto__ %>',
    'a.data.json': '{ "name": "Ann", "__proto__": { "evil": "fixture" } }',
  })
  const data = JSON.parse(
    '{ "__proto__": { "evil": "given" }, "constructor": { "prototype": { "evil": 1 } } }',
  ) as object
  assert.match(texts(await emails.render('a.ejs', { data }))['a.html'] ?? '', /^\|Ann\|/)
  assert.equal(Object.hasOwn(Object.prototype, 'evil'), false)
})

test('two streams at once, with other data each', async (t) => {
  const emails = emailsFolder(t, { 'a.hbs': '{{n}}', 'b.hbs': '{{n}}' })
  const made = await Promise.all([1, 2, 3].map((n) => emails.render('*.hbs', { data: { n } })))
  assert.deepEqual(
    made.map(texts),
    [1, 2, 3].map((n) => ({ 'a.html': String(n), 'b.html': String(n) })),
  )
})
