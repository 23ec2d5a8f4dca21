import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { serve, type PluginError } from '../../src/gulp/plugin.ts'
import { emailsFolder, failure } from './streams.ts'

const anyPort = { smtp: 0, submission: false, smtps: false, http: 0 } as const

test('a task with a name that resolves with a server that is ready; a second one with the same', async (t) => {
  const emails = emailsFolder(t, { 'a.hbs': 'a' })
  const options = { listen: anyPort, templates: emails.root }
  const task = serve(options)
  assert.equal(task.name, 'serve')
  const [server, same] = await Promise.all([task(), serve({ ...options })()])
  t.after(() => server.stop())
  assert.equal(same, server)
  assert.equal(await task(), server)
  const health = await fetch(`${server.url ?? ''}/api/templates`)
  assert.equal(health.status, 200)
  const socket = connect(server.listeners['smtp']?.port ?? 0, '127.0.0.1')
  const [greeting] = (await once(socket, 'data')) as [Buffer]
  assert.match(greeting.toString(), /^220 /)
  socket.destroy()
})

test('one that was stopped is started again by the same task', async (t) => {
  const task = serve({ listen: anyPort, maxRecipients: 11 })
  const first = await task()
  await first.stop()
  const second = await task()
  t.after(() => second.stop())
  assert.notEqual(second, first)
  assert.equal((await fetch(`${second.url ?? ''}/api/state`)).status, 200)
})

test('a port that is taken: who has it, and what to write', async (t) => {
  const server = await serve({ listen: anyPort })()
  t.after(() => server.stop())
  const port = server.listeners['http']?.port ?? 0
  const taken: PluginError = await failure(serve({ listen: { ...anyPort, http: port } })())
  assert.equal(taken.name, 'PluginError')
  assert.match(taken.message, /already in use/)
  assert.ok(taken.message.includes(`with other options, at ${server.url ?? ''}`))
  assert.match(taken.message, /serve\(\{ listen: \{ http: 0 \} \}\)/)
  assert.doesNotMatch(taken.message, /--http/)
})

test('options that cannot be used are the failure of the task, and the next try is another one', async () => {
  const task = serve({ listen: anyPort, maxRecipients: -1 })
  for (const each of [task, task]) {
    const error = await failure(each())
    assert.equal(error.plugin, 'stuntmail.serve')
    assert.match(error.message, /maxRecipients/)
  }
})
