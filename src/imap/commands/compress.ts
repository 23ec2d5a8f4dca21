import { command } from '../command.ts'
import { ImapNo } from '../error.ts'

/** COMPRESS DEFLATE, RFC 4978. */
export const compress = command({
  name: 'COMPRESS',
  states: ['authenticated', 'selected'],
  parse(args) {
    args.space()
    return args.atom().toUpperCase()
  },
  run({ session }, mechanism) {
    if (mechanism !== 'DEFLATE') throw new ImapNo(`Compression ${mechanism.slice(0, 20)} is not known`, 'CANNOT')
    if (session.compressed) throw new ImapNo('Compression is active', 'COMPRESSIONACTIVE')
    return { text: 'DEFLATE active', afterwards: () => session.startDeflate() }
  },
})
