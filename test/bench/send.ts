import { createConnection } from 'node:net'
import { createInterface } from 'node:readline'

/** Sends one small HTML message. @returns the wall clock, ms, at its 250. */
export async function sendPlain(port: number, subject: string): Promise<number> {
  const socket = createConnection({ host: '127.0.0.1', port })
  const message = `From: Ann <a@example.com>\r\nTo: b@example.com\r\nSubject: ${subject}\r\nContent-Type: text/html\r\n\r\n<h1>${subject}</h1>`
  const say = ['EHLO bench', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.com>', 'DATA', `${message}\r\n.`]
  for await (const line of createInterface({ input: socket })) {
    if (line[3] === '-') continue
    if (/^[45]/.test(line)) throw new Error(line)
    const next = say.shift()
    if (next === undefined) {
      const at = Date.now()
      socket.end('QUIT\r\n')
      return at
    }
    socket.write(`${next}\r\n`)
  }
  throw new Error('the server went away')
}
