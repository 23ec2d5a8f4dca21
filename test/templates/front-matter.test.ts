import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TemplateError } from '../../src/templates/diagnostic.ts'
import { splitFrontMatter } from '../../src/templates/front-matter.ts'
import { templateFolder } from './template-folder.ts'

describe('front matter', () => {
  it('leaves as many lines as it had', () => {
    const { source, matter, lines } = splitFrontMatter('---\nsubject: Hi\nfrom: a@example.com\n---\n<p>', '/a.html')
    assert.equal(source, '\n\n\n\n<p>')
    assert.deepEqual(matter, { subject: 'Hi', from: 'a@example.com' })
    assert.deepEqual(
      [...lines],
      [
        ['subject', 2],
        ['from', 3],
      ],
    )
  })

  const values: readonly (readonly [line: string, value: unknown])[] = [
    ['subject: {{ name }}', '{{ name }}'],
    ['subject: Order: {{ id }}', 'Order: {{ id }}'],
    ['subject: Hi #{name} # of you', 'Hi #{name} # of you'],
    ['subject: <%= name %>: x', '<%= name %>: x'],
    ['subject: "{{ name }}"', '{{ name }}'],
    ['subject: plain # a comment', 'plain'],
    ['subject: |\n  {{ a }}\n  b', '{{ a }}\nb\n'],
    ['inline: true', true],
  ]
  for (const [line, value] of values) {
    it(`reads ${JSON.stringify(line)}`, () => {
      assert.deepEqual(Object.values(splitFrontMatter(`---\r\n${line}\r\n---\r\n`, '/a.hbs').matter), [value])
    })
  }

  for (const text of ['<p>\n---\na: b\n---\n', '---\nsubject: never closed\n', '----\na: b\n---\n']) {
    it(`is not in ${JSON.stringify(text)}`, () => assert.deepEqual(splitFrontMatter(text, '/a').matter, {}))
  }

  for (const [text, line] of [
    ['---\nsubject: Hi\nfrom: a: b\n---\n', 3],
    ['---\n- a\n---\n', 2],
  ] as const) {
    it(`says the line in ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => splitFrontMatter(text, '/a.hbs'),
        (error) => error instanceof TemplateError && error.diagnostics[0]?.line === line,
      )
    })
  }

  it('shows the line of a subject that cannot be rendered', async (t) => {
    const { render } = await templateFolder(t)
    const { diagnostics } = await render('a.ejs', '---\nfrom: x\nsubject: <%= nobody.name %>\n---\n<p>')
    assert.deepEqual([diagnostics[0]?.file, diagnostics[0]?.line], ['a.ejs', 3])
  })
})

describe('files beside a template', () => {
  it('give subject and text', async (t) => {
    const { write, render } = await templateFolder(t)
    await write('a.subject.hbs', 'Hi {{name}}\n')
    await write('a.txt', 'Text for {{name}}\n')
    const { subject, text, textDerived, files } = await render('a.hbs', '<p>{{name}}', { name: 'A & B' })
    assert.deepEqual([subject, text, textDerived], ['Hi A & B', 'Text for A & B', false])
    assert.deepEqual([...files].sort(), ['a.hbs', 'a.subject.hbs', 'a.txt'])
  })

  it('are missing where they could be', async (t) => {
    const { render } = await templateFolder(t)
    const { missing, text, textDerived } = await render('a.hbs', '<p>one</p><p>two</p>')
    assert.ok(missing.includes('a.subject.hbs') && missing.includes('a.txt'))
    assert.deepEqual([text, textDerived], ['one\n\ntwo', true])
  })
})

describe('HTML and Markdown', () => {
  it('write CSS into the elements where that is asked for, and fetch nothing', async (t) => {
    const { write, render } = await templateFolder(t)
    await write('style/a.css', 'p { color: red }')
    const links = '<link rel="stylesheet" href="style/a.css"><link rel="stylesheet" href="http://127.0.0.1:9/b.css">'
    const { html, files } = await render('a.html', `---\ninline: true\n---\n${links}<p>x</p>`)
    assert.match(html, /<p style="color: red;?">x<\/p>/)
    assert.match(html, /127\.0\.0\.1:9/)
    assert.deepEqual(files, ['a.html', 'style/a.css'])
    assert.doesNotMatch((await render('b.html', `${links}<p>x</p>`)).html, /style=/)
  })

  it('put Markdown into its layout', async (t) => {
    const { write, render } = await templateFolder(t)
    await write('layouts/shop.html', '<main>{{ content }}</main>')
    const { html, subject, files } = await render('a.md', '---\nsubject: Hi\nlayout: shop\n---\n# Hello *you*\n')
    assert.equal(html.trim(), '<main><h1>Hello <em>you</em></h1>\n</main>')
    assert.deepEqual([subject, files], ['Hi', ['a.md', 'layouts/shop.html']])
    assert.match((await render('b.md', 'x')).html, /<body>\n<p>x<\/p>/)
  })
})

describe('diagnostics', () => {
  it('have no paths of this machine and no stack', async (t) => {
    const { render, root, project } = await templateFolder(t)
    const template = '<% throw new Error(it.text) %>'
    const text = `see ${root}/a.eta and ${project}/x.js, /etc/passwd, https://example.com/a/b, </p>\n    at f (/home/me/x.js:1:1)`
    const { diagnostics } = await render('a.eta', template, { text })
    assert.equal(diagnostics[0]?.message, 'see a.eta and ../x.js, passwd, https://example.com/a/b, </p>')
    assert.equal(diagnostics[0].excerpt?.[0]?.text, template)
  })

  it('name an engine that is none', async (t) => {
    const { renderer, write } = await templateFolder(t)
    const file = await write('a.html', 'x')
    const { diagnostics, failed } = await renderer.render({ file, engine: 'nothing', data: {}, locale: '' })
    assert.deepEqual([failed, diagnostics[0]?.message], [true, 'There is no engine nothing'])
  })
})
