import { generator, run } from './load.ts'
import { residentMB, startOurs } from './servers.ts'
import { atMost, percentile, type Row } from './table.ts'

/** From the final dot to the 250, under a steady 500 messages a second. */
export async function steady(say: (text: string) => void): Promise<Row[]> {
  const server = await startOurs()
  try {
    say('500 messages a second for 20 s')
    const out = await run(
      generator({ port: server.smtp, messages: 10_000, sessions: 20, octets: 5120, rate: 500, text: true }),
    )
    return [atMost('final dot to 250 at 500 a second, p99', percentile(JSON.parse(out) as number[], 99), 25, 'ms')]
  } finally {
    await server.stop()
  }
}

/** One message of 100 MB: memory, and the longest that anybody else had to wait. */
export async function large(say: (text: string) => void): Promise<Row[]> {
  const server = await startOurs(['--max-message', '200MiB'])
  try {
    say('one message of 100 MB')
    const load = { port: server.smtp, sessions: 1, octets: 5120 }
    await run(generator({ ...load, messages: 20 }))
    const before = residentMB(server.pid)
    let peak = before
    let longest = 0
    let done = false
    const watch = async (): Promise<void> => {
      while (!done) {
        const start = performance.now()
        await (await fetch(`http://127.0.0.1:${server.http}/healthz`)).text()
        longest = Math.max(longest, performance.now() - start)
        peak = Math.max(peak, residentMB(server.pid))
      }
    }
    const watching = watch()
    // From another process: making the message would hold up whoever measures.
    await run(generator({ ...load, messages: 1, octets: 100e6 }))
    done = true
    await watching
    return [
      atMost('100 MB message: more memory', peak - before, 64, 'MB'),
      atMost('100 MB message: longest wait of another request', longest, 50, 'ms'),
    ]
  } finally {
    await server.stop()
  }
}
