import { command, noArguments } from '../command.ts'
import { ImapBad } from '../error.ts'
import { withoutTrailingSpaces } from '../../net/line-reader.ts'

/** IDLE, RFC 9051 §6.3.13: tells the news as they come, until the client says DONE. */
export const idle = command({
  name: 'IDLE',
  states: ['authenticated', 'selected'],
  parse: noArguments,
  async run({ session, view }) {
    session.askForMore('idling')
    const bell = new Bell()
    let over = false
    const line = session.readLine(64)
    const end = (): void => {
      over = true
      bell.ring()
    }
    // What it throws is met below, where it is awaited.
    line.then(end, end)
    if (view !== undefined) view.onNews = () => bell.ring()
    try {
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- `end` changes it
      while (!over) {
        await session.tellNews(true)
        session.connection.flush()
        await session.connection.drained()
        await bell.rung()
      }
    } finally {
      if (view !== undefined) view.onNews = undefined
    }
    const said = await line
    if (said !== undefined && withoutTrailingSpaces(said).toUpperCase() !== 'DONE')
      throw new ImapBad('DONE is expected')
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
