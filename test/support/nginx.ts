import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { after } from 'node:test'
import { createInterface } from 'node:readline'
import { temporaryFolder } from './command.ts'

const program = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx'].find(
  existsSync,
)

/** Why nothing can be tried behind nginx here; false where it can. */
export const withoutNginx = program === undefined ? 'nginx is not installed' : false

export interface NginxOptions {
  /** What stands in its `server { … }`. */
  readonly server: string
  /** Certificate and key; then it speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Default: a free one. */
  readonly port?: number
}

/** Runs nginx, as a process of the test's own. @returns its port on 127.0.0.1. */
export async function startNginx({ server, tls, port: wanted }: NginxOptions): Promise<number> {
  const folder = temporaryFolder()
  const port = wanted ?? (await freePort())
  const certificate = tls && `ssl_certificate ${tls.cert}; ssl_certificate_key ${tls.key};`
  mkdirSync(join(folder, 'tmp'))
  writeFileSync(
    join(folder, 'nginx.conf'),
    `worker_processes 1; daemon off; pid ${folder}/pid; error_log stderr notice;
${process.getuid?.() === 0 ? 'user root;' : ''}
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/tmp;`).join(' ')}
  server { listen 127.0.0.1:${port}${tls ? ' ssl' : ''}; ${certificate ?? ''} ${server} }
}
`,
  )
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']
  const child = spawn(program ?? 'nginx', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'close')
  after(async () => {
    child.kill('SIGTERM')
    await ended
  })
  const said: string[] = []
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line)
    if (line.includes('start worker process ')) break
  }
  child.stderr.resume()
  if (child.exitCode !== null || said.every((line) => !line.includes('start worker')))
    throw new Error(`nginx did not start:\n${said.join('\n')}`)
  return port
}

/** Whether somebody may listen there. */
export async function isFree(port: number): Promise<boolean> {
  const server = net.createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP server')
  return address.port
}
