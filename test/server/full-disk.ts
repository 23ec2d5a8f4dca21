import { spawnSync } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Ready, RunningCommand } from '../support/command.ts'
import { LineClient } from '../support/line-client.ts'

export async function session(server: RunningCommand): Promise<LineClient> {
  const client = await LineClient.connect(server.port('smtp'))
  await client.reply()
  await client.command('EHLO client.test')
  return client
}

/** @returns the reply to it. */
export async function deliver(client: LineClient, octets: Uint8Array): Promise<string> {
  for (const line of ['MAIL FROM:<ann@example.com>', 'RCPT TO:<bob@example.com>', 'DATA']) {
    const reply = await client.command(line)
    if (!/^[23]/.test(reply)) return reply
  }
  await client.send(octets)
  return client.command('.')
}

export const remove = async (server: RunningCommand, what: string): Promise<number> =>
  (await fetch(`${server.url}/api/messages${what}`, { method: 'DELETE' })).status

/** Takes what is left of the disk, to the last octet, whoever else would have it. @param folder one on it */
export function fillDisk(folder: string): void {
  const descriptor = openSync(join(folder, 'filler'), 'a')
  for (const octets of [65_536, 4_096, 1]) {
    try {
      for (;;) writeSync(descriptor, Buffer.alloc(octets))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
  closeSync(descriptor)
}

/** A server that the same command starts when the first has ended. */
export async function nextReady({ child }: RunningCommand): Promise<{ readonly url: string; end(): void }> {
  let said = ''
  for await (const chunk of child.stdout ?? []) {
    said += String(chunk)
    const end = said.indexOf('\n')
    if (end < 0) continue
    const { pid, listeners } = JSON.parse(said.slice(0, end)) as Ready
    return { url: `http://127.0.0.1:${listeners['http']?.port}`, end: () => process.kill(pid, 'SIGTERM') }
  }
  throw new Error('It did not start again')
}

/** A small file system of its own at `folder`, seen by this command alone and gone with it. */
export const smallDisk = (folder: string, megabytes = 12): readonly string[] => [
  ...['unshare', '--map-root-user', '--mount', 'sh', '-c'],
  ...[`mount -t tmpfs -o size=${megabytes}m none "$0" && exec "$@"`, folder],
]
export const hasSmallDisk = spawnSync('unshare', [...smallDisk('/mnt').slice(1), 'true']).status === 0
