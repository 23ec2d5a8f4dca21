/** Commands that send mail again on every save, by the configuration and by `stuntmail replay`. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { io, type Socket } from 'socket.io-client'
import type { WireMessage, WireReplay } from '../../src/http/wire-types.ts'
import { startStuntmail, type Stuntmail } from '../../src/index.ts'
import { runCommand, temporaryFolder } from '../support/command.ts'

const folder = temporaryFolder()
const root = join(folder, 'emails')
mkdirSync(root)
/** Saved by renaming: one change, whole. */
function put(path: string, text: string): void {
  writeFileSync(join(folder, 'new'), text)
  renameSync(join(folder, 'new'), join(root, path))
}
put('text.txt', 'one')

/** Sends what the file says to two people; the address of REST is in a file, since the server is not there yet. */
writeFileSync(
  join(folder, 'send.mjs'),
  `import { readFileSync } from 'node:fs'
const text = readFileSync('emails/text.txt', 'utf8')
if (text === 'fail') { console.log('printed'); console.error('it broke'); process.exit(3) }
for (const to of ['ann@example.com', 'bob@example.com']) {
  const body = JSON.stringify({ from: 'app@example.com', to: [to], subject: 'Hello', text })
  const headers = { 'Content-Type': 'application/json' }
  await fetch(readFileSync('url.txt', 'utf8') + '/api/messages', { method: 'POST', headers, body })
}`,
)

async function json<T>(url: string, init: RequestInit = {}): Promise<T> {
  return (await (await fetch(url, { headers: { 'Content-Type': 'application/json' }, ...init })).json()) as T
}

/** Runs as a page hears of them. */
async function heardFrom(url: string) {
  const socket: Socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true })
  after(() => socket.disconnect())
  const heard: WireReplay[] = []
  let check = (): void => undefined
  socket.on('replay', (run: WireReplay) => {
    heard.push(run)
    check()
  })
  await once(socket as never, 'connect')
  return (fits: (run: WireReplay) => boolean): Promise<WireReplay> =>
    new Promise((resolve) => {
      check = () => {
        const found = heard.find(fits)
        if (found !== undefined) resolve(found)
      }
      check()
    })
}

function pairOf({ messages }: WireReplay, index: number): { readonly key: string; readonly before: string } {
  const { key = '', before } = messages[index] ?? {}
  return { key, before: before ?? '' }
}

const message = (server: Stuntmail, key: string) => json<WireMessage>(`${server.url}/api/messages/${key}`)
const textOf = async (server: Stuntmail, key: string) =>
  (await fetch(`${server.url}/api/messages/${key}/text`)).text().then((text) => text.trim())

describe('a replay of the configuration', () => {
  it('runs on a save, and ties what it sends to what it sent before', async () => {
    const command = [process.execPath, join(folder, 'send.mjs')] as const
    const templates = { directory: root, replay: [{ on: ['*.txt'], command }] }
    process.chdir(folder)
    const server = await startStuntmail({ templates })
    after(() => server.stop())
    writeFileSync(join(folder, 'url.txt'), server.url ?? '')
    const run = await heardFrom(server.url ?? '')
    // A save may be noticed twice: what counts is the first run that sent it.
    const sentBy = async (text: string): Promise<WireReplay> => {
      const passed = new Set<string>()
      for (;;) {
        const found = await run(
          ({ id, endedAt, messages }) => endedAt !== null && messages.length === 2 && !passed.has(id),
        )
        if ((await textOf(server, pairOf(found, 0).key)) === text) return found
        passed.add(found.id)
      }
    }
    put('text.txt', 'two')
    const first = await sentBy('two')
    assert.deepEqual([first.problem, first.messages.map(({ before }) => before)], [null, [null, null]])

    put('other.md', 'not watched')
    put('text.txt', 'three')
    const second = await sentBy('three')
    for (const [index, to] of ['ann@example.com', 'bob@example.com'].entries()) {
      const { key, before } = pairOf(second, index)
      assert.equal(await textOf(server, before), 'two')
      const { replay, forwardPaths } = await message(server, key)
      assert.deepEqual(replay, { command: command.join(' '), before })
      assert.deepEqual([forwardPaths, (await message(server, before)).forwardPaths], [[to], [to]])
    }

    put('text.txt', 'fail')
    const failed = await run(({ problem }) => problem !== null)
    assert.match(failed.problem ?? '', /ended with exit code 3/)
    assert.equal(failed.output, 'printed\nit broke')
    put('text.txt', 'four')
    assert.equal(await textOf(server, pairOf(await sentBy('four'), 0).before), 'three')
    const { runs } = await json<{ runs: WireReplay[] }>(`${server.url}/api/replays`)
    const known = runs.map(({ id }) => id)
    assert.ok(known.indexOf(failed.id) < known.indexOf(second.id) && known.indexOf(second.id) < known.indexOf(first.id))
  })
})

describe('stuntmail replay', () => {
  it('runs now and on every save, and tells a server that runs elsewhere', async () => {
    const server = await startStuntmail({ uiUsers: ['ann:secret words'] })
    after(() => server.stop())
    const authorization = `Basic ${btoa('ann:secret words')}`
    const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
    const url = (server.url ?? '').replace('//', '//ann:secret%20words@')
    const args = ['--import', import.meta.resolve('tsx'), main, 'replay', '--on', 'emails/*.txt', '--url', url]
    const child = spawn(
      process.execPath,
      [...args, '--', process.execPath, '-e', 'console.log(process.argv[1])', 'hi'],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    after(() => child.kill('SIGKILL'))
    const runs = async (): Promise<readonly WireReplay[]> =>
      (await json<{ runs: WireReplay[] }>(`${server.url}/api/replays`, { headers: { authorization } })).runs
    let said = ''
    const lines = (count: number): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (said.split('Replayed.').length > count) resolve()
        }
        child.stdout.on('data', look)
        look()
      })
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await lines(1)
    put('text.txt', 'five')
    await lines(2)
    child.kill('SIGTERM')
    const [code] = (await once(child, 'exit')) as [number | null]
    assert.equal(code, 0)
    assert.ok((await runs()).some(({ output, problem }) => output === 'hi' && problem === null))
  })

  const refusals = [
    ['no files', ['replay', '--', 'true'], /Say which files/],
    ['no command', ['replay', '--on', '*'], /missing required argument 'command'/],
    ['a wrong address', ['replay', '--on', '*', '--url', 'ftp://x', '--', 'true'], /--url: “ftp:\/\/x” does not do/],
    ['a wrong time', ['replay', '--on', '*', '--timeout', 'x', '--', 'true'], /--timeout: “x” does not do/],
    ['a folder that is not there', ['replay', '--on', 'no/where/*', '--', 'true'], /there is no folder .*no\/where/],
  ] as const
  for (const [name, args, pattern] of refusals) {
    it(`refuses ${name}`, async () => {
      const { code, stderr } = await runCommand(args)
      assert.equal(code, 64)
      assert.match(stderr, pattern)
    })
  }
})
