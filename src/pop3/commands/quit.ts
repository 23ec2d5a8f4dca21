import { noArgument } from '../arguments.ts'
import { command } from '../command.ts'
import { Pop3Refusal } from '../error.ts'

/** QUIT, RFC 1939 §5, §6: only here what was marked goes; the session ends also where it could not be removed. */
export const quit = command({
  name: 'QUIT',
  states: ['authorization', 'transaction'],
  parse: noArgument,
  async run(context) {
    if (context.kind === 'transaction') {
      try {
        await context.maildrop.update()
      } catch (error) {
        throw new Pop3Refusal('Nothing was removed', 'SYS/TEMP', { cause: error, last: true })
      }
    }
    return { text: 'Bye', state: { kind: 'over' } }
  },
})
