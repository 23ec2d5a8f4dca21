import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { freePorts, startCommand, temporaryFolder } from '../support/command.ts'
import { filledMessage, keyIn } from '../support/load.ts'
import { beginMessage } from '../support/mail.ts'
import { pageOf } from '../support/rest.ts'

const mebibyte = 1024 * 1024

/** Most memory that a process ever had, in octets; undefined where the system does not tell. */
function peakMemory(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
}

it('takes a message of 100 MB and gives it back octet for octet, in little memory (REL-22)', async (t) => {
  const server = await startCommand(['--data', temporaryFolder(), '--max-message', '150MiB', ...freePorts])
  const client = await beginMessage(server.port('smtp'))
  const before = peakMemory(server.ready.pid)
  const sent = createHash('sha256')
  let octets = 0
  for (let i = 0; octets < 100_000_000; i++) {
    const piece = filledMessage(`${i}`, mebibyte)
    sent.update(piece)
    octets += piece.length
    await client.send(piece)
  }
  const sha256 = sent.digest('hex')
  const key = keyIn(await client.command('.'))
  client.end()

  const [summary] = (await pageOf(server.url)).messages
  assert.deepEqual([summary?.key, summary?.octets], [key, octets])
  const raw = await fetch(`${server.url}/api/messages/${key ?? ''}/raw`)
  const received = createHash('sha256')
  for await (const chunk of raw.body ?? []) received.update(chunk as Uint8Array)
  assert.equal(received.digest('hex'), sha256)
  const told = (await (await fetch(`${server.url}/api/messages/${key ?? ''}`)).json()) as { sha256: string }
  assert.equal(told.sha256, sha256)

  const after = peakMemory(server.ready.pid)
  if (before !== undefined && after !== undefined) {
    const growth = Math.round((after - before) / mebibyte)
    t.diagnostic(`memory grew by ${growth} MiB`)
    // What is aimed at stands in test/bench; this tells a message that is kept in memory from one that is not.
    assert.ok(growth < 200, `memory grew by ${growth} MiB`)
  }
  assert.equal((await server.end()).code, 0)
})
