import { createTransport } from 'nodemailer'
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
    const transport = createTransport({ host: '127.0.0.1', port: server.smtp, secure: false, ignoreTLS: true })
    await transport.sendMail({ from: 'a@example.com', to: 'b@example.com', subject: 'warm', text: 'up' })
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
    const envelope = { from: 'a@example.com', to: ['b@example.com'] }
    const line = `${'QUJD'.repeat(19)}\r\n`
    const header =
      'Subject: large\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    await transport.sendMail({ envelope, raw: header + line.repeat(Math.ceil(100e6 / line.length)) })
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
