import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { commandsOf } from './command-programs.ts'
import { failureOf } from './engine-input.ts'

const server = `import json, os, sys
for line in sys.stdin:
    data = json.loads(line)["data"]
    if "die" in data:
        sys.exit("goodbye")
    if "hang" in data:
        while True: pass
    if "raw" in data:
        answer = data["raw"]
    else:
        answer = json.dumps({"html": "<p>%s</p>" % data["name"], "subject": "pid %d" % os.getpid(), "files": ["part.html"]})
    print(answer, flush=True)
`
const command = ['python3', '-u', 'server.py'] as const

describe('a command that stays', () => {
  test('answers line by line from one process, and is started again when it dies', async (t) => {
    const { render, path } = await commandsOf(t, { 'a.tpl': '', 'server.py': server }, { command, persistent: true })
    const answers = await Promise.all([1, 2, 3].map((name) => render('a.tpl', { name })))
    assert.deepEqual(
      answers.map(({ html }) => html),
      ['<p>1</p>', '<p>2</p>', '<p>3</p>'],
    )
    assert.equal(new Set(answers.map(({ head }) => head?.subject)).size, 1)
    const [first] = answers
    assert.ok(first)
    assert.deepEqual(first.files, [path('part.html')])
    assert.match((await failureOf(render('a.tpl', { die: 1 }))).message, /^python3 ended with exit code 1:\ngoodbye/)
    const after = await render('a.tpl', { name: 4 })
    assert.equal(after.html, '<p>4</p>')
    assert.notEqual(after.head?.subject, first.head?.subject)
  })

  test('answers that cannot be read, and errors that it tells, are diagnostics', async (t) => {
    const { render, path } = await commandsOf(t, { 'a.tpl': '', 'server.py': server }, { command, persistent: true })
    const cases: readonly (readonly [raw: string, message: string])[] = [
      ['nonsense', 'The command answers with a line that is no JSON object'],
      ['[]', 'The command answers with neither html nor text nor message'],
      ['{"html": 5}', 'The command answers with neither html nor text nor message'],
      ['{"error": "no such thing"}', 'no such thing'],
    ]
    for (const [raw, message] of cases) assert.equal((await failureOf(render('a.tpl', { raw }))).message, message)
    const raw = '{"error": {"message": "bad tag", "file": "a.tpl", "line": 3, "column": 7}}'
    const { diagnostics } = await failureOf(render('a.tpl', { raw }))
    assert.deepEqual(diagnostics, [{ severity: 'error', message: 'bad tag', file: path('a.tpl'), line: 3, column: 7 }])
    assert.equal((await render('a.tpl', { name: 'on' })).html, '<p>on</p>')
  })

  test('one that hangs is ended, and the next request has a new one', async (t) => {
    const { render } = await commandsOf(
      t,
      { 'a.tpl': '', 'server.py': server },
      { command, persistent: true, timeoutMs: 3000 },
    )
    const hanging = failureOf(render('a.tpl', { hang: 1 }))
    const next = render('a.tpl', { name: 'next' })
    assert.equal((await hanging).message, 'python3 took longer than 3 s and was ended')
    assert.equal((await next).html, '<p>next</p>')
  })
})
