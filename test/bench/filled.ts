import { generator, run } from './load.ts'
import { residentMB, startOurs } from './servers.ts'
import { atMost, figure, median, shown, type Row } from './table.ts'

/** A store of 100,000 messages: what asking it costs, what it takes. */
export async function filled(messages: number, say: (text: string) => void): Promise<Row[]> {
  const server = await startOurs()
  try {
    say(`filling with ${messages.toLocaleString('en')} messages`)
    const start = performance.now()
    await run(generator({ port: server.smtp, messages, sessions: 20, octets: 5120, text: true }))
    const seconds = (performance.now() - start) / 1000
    const api = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${server.http}/api${path}`)
    const state = async (): Promise<{ octets: number; diskOctets: number; unindexed: number }> =>
      (await (await api('/state')).json()) as never
    say('waiting for the index')
    while ((await state()).unindexed > 0) await new Promise((resolve) => setTimeout(resolve, 200))
    const indexed = (performance.now() - start) / 1000
    const time = async (path: string, expected: number): Promise<number> => {
      const times: number[] = []
      for (let i = 0; i < 12; i++) {
        const begin = performance.now()
        const page = (await (await api(path)).json()) as { total: number }
        times.push(performance.now() - begin)
        if (page.total !== expected) throw new Error(`${path}: ${page.total} found, ${expected} expected`)
      }
      return median(times.slice(2))
    }
    const { octets, diskOctets } = await state()
    return [
      figure(
        'filled, indexed (realistic text, our generator)',
        `${shown(messages / seconds)}, ${shown(messages / indexed)} msg/s`,
      ),
      atMost('page of 50 at 100,000', await time('/messages?limit=50', messages), 5, 'ms'),
      atMost('word search', await time('/messages?limit=50&query=needle777', 1), 10, 'ms'),
      atMost('exact address', await time('/messages?limit=50&query=to:user77@example.com', messages / 1000), 5, 'ms'),
      atMost('disk, index included', diskOctets / octets, 1.3, '× the octets'),
      atMost('memory after 100,000', residentMB(server.pid), 150, 'MB'),
    ]
  } finally {
    await server.stop()
  }
}
