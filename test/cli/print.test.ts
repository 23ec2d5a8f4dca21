import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { shortLine } from '../../src/cli/logger.ts'
import { readyJson, readyText } from '../../src/cli/print.ts'

const listeners = {
  smtp: { host: '127.0.0.1', port: 1025, tls: 'none' },
  submission: { host: '127.0.0.1', port: 1587, tls: 'starttls' },
  pop3: { host: '127.0.0.1', port: 1110, tls: 'starttls' },
  smtps: { host: '::1', port: 1465, tls: 'implicit' },
  http: { host: '127.0.0.1', port: 8025, tls: 'none' },
} as const

describe('what is said when ready', () => {
  it('is one line for each listener, and how to begin', () => {
    const server = { listeners, url: 'http://localhost:8025', data: '/home/ann/mail', templates: '/home/ann/emails' }
    const text = readyText(server, '1.2.3')
    assert.equal(
      text,
      [
        'Stuntmail 1.2.3 catches every message and delivers none. Kept in /home/ann/mail.',
        '',
        '  smtp         localhost:1025          plain',
        '  submission   localhost:1587          STARTTLS',
        '  pop3         localhost:1110          STLS; any address, any password',
        '  smtps        [::1]:1465              TLS',
        '  http         http://localhost:8025   inbox and REST',
        '',
        'Templates in /home/ann/emails are rendered on every save.',
        '',
        'To begin, point your app at SMTP host localhost, port 1025, and open http://localhost:8025.',
      ].join('\n'),
    )
  })

  it('says only what is there', () => {
    const text = readyText(
      { listeners: { http: listeners.http }, url: 'http://localhost:8025', data: undefined, templates: undefined },
      '1.2.3',
    )
    assert.match(text, /Kept in memory, until this ends\./)
    assert.match(text, /^To begin, open http:\/\/localhost:8025\.$/m)
    assert.doesNotMatch(text, /smtp|[Tt]emplates/)
  })

  it('is one object for programs', () => {
    assert.equal(
      readyJson({ listeners: { smtp: listeners.smtp }, data: undefined, templates: '/home/ann/emails' }, '1.2.3'),
      `{"ready":true,"version":"1.2.3","pid":${process.pid},"data":null,"templates":"/home/ann/emails","listeners":{"smtp":{"host":"127.0.0.1","port":1025,"tls":"none"}}}`,
    )
  })
})

describe('a line of the log for people', () => {
  const time = '2026-11-23T12:30:59.123Z'

  it('is time, level, text and fields', () => {
    const line = { level: 40, time, session: '1f', err: { message: 'no space' }, count: 2, msg: 'refused' }
    assert.equal(shortLine(JSON.stringify(line)), '12:30:59 warning: refused session=1f err="no space" count=2\n')
  })

  it('has nothing that a terminal acts on', () => {
    const line = { level: 30, time, msg: 'a\u001b[2Jb\nc\u009bd', name: '\u001b]0;x\u0007' }
    assert.equal(shortLine(JSON.stringify(line)), '12:30:59 info: a [2Jb c d name="\\u001b]0;x\\u0007"\n')
  })
})
