import { command, noArguments } from '../command.ts'
import { ImapBad } from '../error.ts'

/** IDLE, RFC 9051 §6.3.13: tells the news as they come, until the client says DONE. */
export const idle = command({
  name: 'IDLE',
  states: ['authenticated', 'selected'],
  parse: noArguments,
  async run({ session, view }) {
    session.askForMore('idling')
    const line = session.readLine(64)
    // It is awaited below; until then nobody else is there to catch it.
    const over = line.then(
      () => 'over' as const,
      () => 'over' as const,
    )
    const bell = new Bell()
    if (view !== undefined) view.onNews = () => bell.ring()
    try {
      do {
        await session.tellNews(true)
        session.connection.flush()
        await session.connection.drained()
      } while ((await Promise.race([over, bell.rung()])) !== 'over')
    } finally {
      if (view !== undefined) view.onNews = undefined
    }
    const said = await line
    if (said !== undefined && said.toUpperCase() !== 'DONE') throw new ImapBad('DONE is expected')
  },
})

/** Rings once for each time it is waited for, also for what happened before. */
class Bell {
  #rung = false
  #ring: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#ring?.()
  }

  async rung(): Promise<void> {
    if (!this.#rung) await new Promise<void>((resolve) => (this.#ring = resolve))
    this.#rung = false
    this.#ring = undefined
  }
}
