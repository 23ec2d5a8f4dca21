import { mechanismsFor } from '../../sasl/mechanisms.ts'
import { noArgument } from '../arguments.ts'
import { command } from '../command.ts'
import type { SessionContext } from '../state.ts'

/** CAPA, RFC 2449 §5. */
export const capa = command({
  name: 'CAPA',
  states: ['authorization', 'transaction'],
  parse: noArgument,
  run: ({ session }) => ({ text: 'Capabilities follow', lines: capabilities(session) }),
})

function capabilities({ host, connection }: SessionContext): readonly string[] {
  const secure = connection.tls !== undefined
  const mayLogIn = secure || !host.requireTls
  return [
    ...['TOP', 'UIDL', 'RESP-CODES', 'AUTH-RESP-CODE', 'PIPELINING', 'EXPIRE NEVER', 'LOGIN-DELAY 0', 'UTF8', 'LANG'],
    ...(mayLogIn
      ? [
          'USER',
          `SASL ${mechanismsFor(host.logins)
            .map(({ name }) => name)
            .join(' ')}`,
        ]
      : []),
    ...(secure || !host.startTls ? [] : ['STLS']),
    `IMPLEMENTATION Stuntmail ${host.version}`,
  ]
}
