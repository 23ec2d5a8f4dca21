import { spawnSync } from 'node:child_process'
import type { RunningCommand } from '../support/command.ts'
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

/** A small file system of its own at `folder`, seen by this command alone and gone with it. */
export const smallDisk = (folder: string, megabytes = 12): readonly string[] => [
  ...['unshare', '--map-root-user', '--mount', 'sh', '-c'],
  ...[`mount -t tmpfs -o size=${megabytes}m none "$0" && exec "$@"`, folder],
]
export const hasSmallDisk = spawnSync('unshare', [...smallDisk('/mnt').slice(1), 'true']).status === 0
