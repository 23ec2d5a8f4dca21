/**
 * What code of templates cannot do in the rendering process: use the network, start programs, end the process, or
 * speak for it. On Node that has permissions, the file system is limited too (`rendering-child.ts`). A guard against
 * accidents and simple malice, as templates are code of the user's own project; the limits of time and memory are the
 * server's.
 */
import childProcess from 'node:child_process'
import cluster from 'node:cluster'
import dgram from 'node:dgram'
import dns from 'node:dns'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import tls from 'node:tls'
import workerThreads from 'node:worker_threads'

type Patchable = { [name: string]: unknown }

/** What of a thing is taken away, and how that is said. */
const network: readonly (readonly [target: object, names: readonly string[]])[] = [
  [net, ['connect', 'createConnection', 'createServer']],
  [net.Socket.prototype, ['connect']],
  [net.Server.prototype, ['listen']],
  [tls, ['connect', 'createServer']],
  [http, ['request', 'get', 'createServer']],
  [https, ['request', 'get', 'createServer']],
  [http2, ['connect', 'createServer', 'createSecureServer']],
  [dgram, ['createSocket']],
  [dns, functionsOf(dns)],
  [dns.promises, functionsOf(dns.promises)],
  [globalThis, ['fetch', 'WebSocket', 'EventSource']],
]
const programs: readonly (readonly [target: object, names: readonly string[]])[] = [
  [childProcess, ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork']],
  [childProcess.ChildProcess.prototype, ['spawn']],
  [cluster, ['fork']],
  [workerThreads, ['Worker']],
]
const processEnds: readonly string[] = ['exit', 'reallyExit', 'abort', 'kill', '_kill']
const processChannel: readonly string[] = ['send', 'disconnect']

/** Takes all of it away, for good. */
export function confine(): void {
  refuse(network, 'A rendering may not use the network')
  refuse(programs, 'A rendering may not start programs or threads')
  refuse([[process, processEnds]], 'A template may not end the rendering process')
  refuse([[process, ['binding', '_linkedBinding', 'dlopen']]], 'A rendering may not use native code')
  for (const name of processChannel) Object.defineProperty(process, name, { value: undefined, configurable: false })
  syncBuiltinESMExports()
}

function refuse(targets: readonly (readonly [object, readonly string[]])[], message: string): void {
  for (const [target, names] of targets) {
    for (const name of names) {
      if (!(name in target)) continue
      // A constructor too: some of these are called with `new`.
      const value = function refused(): never {
        throw new Error(message)
      }
      Object.defineProperty(target, name, { value, writable: false, configurable: false, enumerable: true })
    }
  }
}

function functionsOf(module: object): readonly string[] {
  return Object.keys(module).filter((name) => typeof (module as Patchable)[name] === 'function')
}
