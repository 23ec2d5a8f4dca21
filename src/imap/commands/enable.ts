import { command } from '../command.ts'
import type { Extension } from '../state.ts'

const known: ReadonlyMap<string, Extension> = new Map([
  ['IMAP4REV2', 'IMAP4REV2'],
  ['CONDSTORE', 'CONDSTORE'],
  ['QRESYNC', 'QRESYNC'],
  ['UTF8=ACCEPT', 'UTF8=ACCEPT'],
])
const names: Readonly<Record<Extension, string>> = {
  IMAP4REV2: 'IMAP4rev2',
  CONDSTORE: 'CONDSTORE',
  QRESYNC: 'QRESYNC',
  'UTF8=ACCEPT': 'UTF8=ACCEPT',
}

/** ENABLE, RFC 9051 §6.3.1. What is not known is passed over. */
export const enable = command({
  name: 'ENABLE',
  states: ['authenticated'],
  parse(args) {
    const wanted: string[] = []
    do {
      args.space()
      wanted.push(args.atom().toUpperCase())
    } while (!args.ended)
    return wanted
  },
  run({ session }, wanted, respond) {
    const enabled: string[] = []
    for (const name of wanted) {
      const extension = known.get(name)
      if (extension === undefined || session.enabled.has(extension)) continue
      session.enable(extension)
      enabled.push(names[extension])
    }
    respond.untagged(['ENABLED', ...enabled].join(' '))
  },
})
