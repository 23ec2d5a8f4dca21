import { spawnSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { residentMB, startOurs } from './servers.ts'
import { atMost, median, type Row } from './table.ts'

/** Start to ready, from the command line and in process; memory when idle. */
export async function starting(say: (text: string) => void): Promise<Row[]> {
  say('starting')
  const ready: number[] = []
  let idle = 0
  for (let i = 0; i < 9; i++) {
    const server = await startOurs(
      ['submission', 'smtps', 'pop3', 'pop3s', 'imap', 'imaps'].flatMap((name) => [`--${name}`, '127.0.0.1:0']),
    )
    ready.push(server.readyMs)
    if (i === 8) {
      await delay(3000)
      idle = residentMB(server.pid)
    }
    await server.stop()
  }
  const script = `
    const start = performance.now()
    const { startStuntmail } = await import('./dist/index.js')
    const server = await startStuntmail({ listen: { smtp: '127.0.0.1:0', submission: 'off', smtps: 'off', pop3: 'off', pop3s: 'off', imap: 'off', imaps: 'off', http: 'off' }, memory: true })
    console.log(performance.now() - start)
    await server.stop()`
  const inProcess = Array.from({ length: 7 }, () =>
    Number(spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout),
  )
  return [
    atMost('start to ready, all listeners, new data directory', median(ready), 350, 'ms'),
    atMost('startStuntmail() in process, SMTP only, memory', median(inProcess), 100, 'ms'),
    atMost('memory idle', idle, 85, 'MB'),
  ]
}
