import { command } from '../command.ts'
import { Pop3Refusal } from '../error.ts'

/** LANG, RFC 6856 §3: there is English, and whoever asks what there is is told so. */
export const lang = command({
  name: 'LANG',
  states: ['authorization', 'transaction'],
  parse(argument) {
    // `*` is the server's choice. A longer range, such as en-GB, does not match en.
    const range = argument.toLowerCase()
    if (!['', '*', 'en'].includes(range)) throw new Pop3Refusal('There is only English: en')
    return { listed: range === '' }
  },
  run: (_, { listed }) => (listed ? { text: 'Languages follow', lines: ['en English'] } : { text: 'en English it is' }),
})
