import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import { commandsOf, runningWith } from './command-programs.ts'
import { failureOf } from './engine-input.ts'

const echo = 'let s="";process.stdin.on("data",d=>s+=d).on("end",()=>{process.stdout.write(`<pre>${s}</pre>`)})'
const jinja = `import json, sys
from jinja2 import Environment, FileSystemLoader
asked = json.load(sys.stdin)
print(Environment(loader=FileSystemLoader('.')).get_template(asked['template']).render(asked['data']))
`

function hasJinja(): boolean {
  try {
    execFileSync('python3', ['-c', 'import jinja2'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe('a command', () => {
  test('renders the templates of its glob, with the request on its input, without a shell', async (t) => {
    const { runner, render, path } = await commandsOf(
      t,
      { 'a.tpl': '', 'b.html': '' },
      {
        command: ['node', '-e', `${echo};process.stdout.write(process.argv[1]+process.argv[2])`, '{file}', '$(id) ;#'],
      },
    )
    assert.deepEqual([runner.renders(path('a.tpl')), runner.renders(path('b.html'))], [true, false])
    const { html = '', files } = await render('a.tpl', { name: 'Zoë' })
    const asked = { template: 'a.tpl', file: path('a.tpl'), data: { name: 'Zoë' }, locale: 'de' }
    assert.equal(html, `${path('a.tpl')}$(id) ;#<pre>${JSON.stringify(asked)}</pre>`)
    assert.deepEqual(files, [path('a.tpl'), path('b.html')])
  })

  test('Python with string.Template, and its standard error as a warning', async (t) => {
    const { render } = await commandsOf(
      t,
      {
        'a.tpl': '<p>Hi $name</p>',
        'render.py':
          'import json, string, sys\nasked = json.load(sys.stdin)\nprint("care\\x1b[31mful", file=sys.stderr)\n' +
          'print(string.Template(open(asked["file"]).read()).substitute(asked["data"]))\n',
      },
      { command: ['python3', 'render.py'] },
    )
    const { html, warnings } = await render('a.tpl', { name: 'Ada' })
    assert.equal(html, '<p>Hi Ada</p>\n')
    assert.deepEqual(warnings, [{ severity: 'warning', message: 'careful' }])
  })

  test('Python with Jinja2: an error has its place', { skip: !hasJinja() && 'Jinja2 is not installed' }, async (t) => {
    const { render, write, path } = await commandsOf(
      t,
      {
        'a.tpl': '{% extends "layout.html" %}{% block body %}Hi {{ name }}{% endblock %}',
        'layout.html': '<b>{% block body %}{% endblock %}</b>',
        'render.py': jinja,
      },
      { command: ['python3', 'render.py'] },
    )
    assert.equal((await render('a.tpl', { name: 'Ada' })).html, '<b>Hi Ada</b>\n')
    await write({ 'a.tpl': 'one\n{% if name %}\ntwo\n{% endfor %}\n' })
    const { diagnostics, files } = await failureOf(render('a.tpl'))
    assert.match(diagnostics[0]?.message ?? '', /^python3 ended with exit code 1:[^]*unknown tag 'endfor'/)
    assert.deepEqual([diagnostics[0]?.file, diagnostics[0]?.line], [path('a.tpl'), 4])
    assert.ok(files.includes(path('layout.html')))
  })

  test('a message is read: subject, sender, bodies, and what it depends on', async (t) => {
    const { render, path } = await commandsOf(
      t,
      {
        'a.tpl':
          'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nFrom: Shop <shop@example.com>\nMIME-Version: 1.0\nX-Template-Deps: a.tpl, sub/layout.html\n' +
          'Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain\n--b\n' +
          'Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<p>=C3=BC</p>\n--b--\n',
        'b.tpl': 'Subject: Short\n\n<p>ü</p>\n',
        'c.tpl': 'Note: this is no message\n\n<p>x</p>',
      },
      { command: ['cat', '{file}'] },
    )
    const whole = await render('a.tpl')
    assert.deepEqual(whole.head, { subject: 'Grüße', from: 'Shop <shop@example.com>' })
    assert.deepEqual([whole.html?.trim(), whole.text?.trim()], ['<p>ü</p>', 'plain'])
    assert.match(whole.message ?? '', /\r\n--b--\r\n$/)
    assert.deepEqual(whole.files, [path('a.tpl'), path('sub/layout.html')])
    const short = await render('b.tpl')
    assert.deepEqual([short.head, short.html, short.message], [{ subject: 'Short' }, '<p>ü</p>\n', undefined])
    assert.equal((await render('c.tpl')).html, 'Note: this is no message\n\n<p>x</p>')
  })

  test('it may write down what it depends on; else there are globs', async (t) => {
    const script = String.raw`echo x; test "$1" = 0 || printf 'out: a.tpl \\\n with\\ space.html\n' > "$STUNTMAIL_DEPS_FILE"`
    const files = { 'a.tpl': '', 'part.html': '', 'b.css': '' }
    const stated = await commandsOf(t, files, { command: ['sh', '-c', script, 'sh', '1'] })
    assert.deepEqual((await stated.render('a.tpl')).files, ['a.tpl', 'with space.html'].map(stated.path))
    const globbed = await commandsOf(t, files, { command: ['sh', '-c', script, 'sh', '0'], watch: ['*.html'] })
    assert.deepEqual((await globbed.render('a.tpl')).files, [globbed.path('part.html')])
  })

  test('what fails says how, and knows its files', async (t) => {
    const cases: readonly (readonly [command: readonly [string, ...string[]], expected: RegExp])[] = [
      [['sh', '-c', 'echo oops >&2; exit 3'], /^sh ended with exit code 3:\noops$/],
      [['sh', '-c', 'echo on output; exit 4'], /^sh ended with exit code 4:\non output\n$/],
      [['sh', '-c', 'kill -9 $$'], /^sh ended with SIGKILL$/],
      [['true'], /^The command prints nothing$/],
      [['there-is-no-such-program'], /^there-is-no-such-program is not there$/],
    ]
    for (const [command, expected] of cases) {
      const { render, path } = await commandsOf(t, { 'a.tpl': '' }, { command })
      const error = await failureOf(render('a.tpl'))
      assert.match(error.message, expected)
      assert.deepEqual(error.files, [path('a.tpl')])
    }
  })

  const bad: readonly (readonly [what: string, script: string, expected: RegExp])[] = [
    ['loops', 'while :; do :; done', /took longer than 0.5 s/],
    ['ignores SIGTERM', 'trap "" TERM; while :; do sleep 60; done', /took longer than 0.5 s/],
    ['prints for ever', 'yes $0', /prints more than 10 MiB/],
    [
      'forks children that hold its output',
      '(trap "" TERM HUP; while :; do sleep 60; done; echo $0) & sleep 60',
      /took longer than 0.5 s/,
    ],
  ]
  for (const [what, script, expected] of bad) {
    test(`TPL-4: one that ${what} is ended, with all it started`, async (t) => {
      const word = randomUUID()
      const { render } = await commandsOf(
        t,
        { 'a.tpl': '' },
        { command: ['sh', '-c', script, word], timeoutMs: expected.source.includes('MiB') ? 10_000 : 500 },
      )
      assert.match((await failureOf(render('a.tpl'))).message, expected)
      assert.deepEqual(await runningWith(word), [])
    })
  }

  test('TPL-4: children that it leaves behind do not hold a rendering that is done', async (t) => {
    const word = randomUUID()
    const { render } = await commandsOf(
      t,
      { 'a.tpl': '' },
      { command: ['sh', '-c', '(sleep 300; echo $0) & echo fine', word] },
    )
    assert.equal((await render('a.tpl')).html, 'fine\n')
    assert.deepEqual(await runningWith(word), [])
  })

  test('the newest of equal requests answers for all; closing ends what runs', async (t) => {
    const script = 'test -e slow && { rm slow; echo x > runs; sleep 300; }; cat a.tpl'
    const { render, root } = await commandsOf(t, { 'a.tpl': 'old', slow: '' }, { command: ['sh', '-c', script] })
    const first = render('a.tpl')
    await started(root)
    const [one, two] = await Promise.all([first, render('a.tpl')])
    assert.deepEqual([one.html, two.html], ['old', 'old'])
    const other = await commandsOf(t, { 'a.tpl': '' }, { command: ['sh', '-c', 'echo x > runs; sleep 300'] })
    const running = failureOf(other.render('a.tpl'))
    await started(other.root)
    await other.runner.close()
    assert.equal((await running).message, 'Rendering has ended')
  })
})

/** Until the command has written its file. */
async function started(root: string): Promise<void> {
  while (!readdirSync(root).includes('runs')) await new Promise(setImmediate)
}
