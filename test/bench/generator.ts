import { createConnection, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { textMessage } from './corpus.ts'

/**
 * Sends messages by SMTP and prints one line of JSON: the milliseconds from each final dot to its 250.
 * With `rate` it starts that many a second, else as many as the server takes.
 */
const load = JSON.parse(process.argv[2] ?? '{}') as {
  port: number
  messages: number
  sessions: number
  octets: number
  fresh?: boolean
  rate?: number
  text?: boolean
}
let next = 0
const start = performance.now()
const times: number[] = []

interface Session {
  command(line: string): Promise<string>
  end(): void
}

async function connect(): Promise<Session> {
  const socket: Socket = createConnection({ host: '127.0.0.1', port: load.port })
  socket.setNoDelay(true)
  const replies = createInterface({ input: socket })[Symbol.asyncIterator]()
  const reply = async (): Promise<string> => {
    for (;;) {
      const line = await replies.next()
      if (line.done === true) throw new Error('the server went away')
      const { value } = line
      if (value[3] === ' ') {
        if (!/^[23]/.test(value)) throw new Error(value)
        return value
      }
    }
  }
  await reply()
  const session: Session = {
    command(line) {
      socket.write(line)
      return reply()
    },
    end: () => void socket.end('QUIT\r\n'),
  }
  await session.command('EHLO bench.example\r\n')
  return session
}

function messageOf(index: number): string {
  if (load.text) return textMessage(index, load.octets)
  return `Subject: ${index}\r\n\r\n${'X'
    .repeat(70)
    .concat('\r\n')
    .repeat(Math.ceil(load.octets / 72))}`
}

async function work(): Promise<void> {
  let session = await connect()
  while (next < load.messages) {
    const index = next++
    const wait = load.rate ? start + (index / load.rate) * 1000 - performance.now() : 0
    if (wait > 0) await delay(wait)
    await session.command('MAIL FROM:<a@example.com>\r\n')
    await session.command(`RCPT TO:<user${index % 1000}@example.com>\r\n`)
    await session.command('DATA\r\n')
    const message = messageOf(index)
    const sent = performance.now()
    await session.command(`${message}.\r\n`)
    times.push(performance.now() - sent)
    if (!load.fresh) continue
    session.end()
    session = await connect()
  }
  session.end()
}

await Promise.all(Array.from({ length: load.sessions }, work))
process.stdout.write(`${JSON.stringify(times.map((ms) => Math.round(ms * 1000) / 1000))}\n`)
