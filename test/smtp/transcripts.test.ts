import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { SmtpRefusal } from '../../src/smtp/delivery.ts'
import { extensionNames } from '../../src/smtp/extensions.ts'
import { LineClient } from '../support/line-client.ts'
import { parseTranscript, play, type TranscriptFile, unescape } from '../support/play.ts'
import { testSmtp } from '../support/smtp.ts'
import type { Obstacles } from '../support/collecting-delivery.ts'

const folder = new URL('../transcripts/smtp/', import.meta.url)
type Options = NonNullable<Parameters<typeof testSmtp>[0]>

/** Directives: what the server is started with, and `stored`, `content`: what it has in the end. */
function serverOptions(file: TranscriptFile): Options {
  const options: Record<string, unknown> = {}
  for (const [name, value] of file.directives) {
    if (name === 'hidden')
      options['hidden'] = extensionNames.filter((extension) => value.split(' ').includes(extension))
    else if (name === 'user') options['users'] = new Map([value.split(' ') as [string, string]])
    else if (name === 'max-message-octets') options['maxMessageOctets'] = Number(value)
    else if (name === 'max-recipients') options['maxRecipients'] = Number(value)
    else if (name === 'strict-line-ends') options['strictLineEnds'] = true
    else if (name === 'require-tls') options['requireTls'] = true
    else if (name === 'refuse') options['obstacles'] = obstacle(value)
    else assert.ok(['stored', 'content'].includes(name), `unknown directive ${name}`)
  }
  return options
}

function obstacle(value: string): Obstacles {
  const [, step = '', code, enhancedCode = '', text = ''] = /^(\w+) (\d+) (\S+) (.*)$/.exec(value) ?? []
  const refuse = (): never => {
    throw new SmtpRefusal(Number(code), enhancedCode, text)
  }
  return { [step]: refuse }
}

for (const name of readdirSync(folder)) {
  const file = parseTranscript(readFileSync(new URL(name, folder), 'utf8'))
  for (const octetwise of [false, true]) {
    test(`${name}: ${file.title}${octetwise ? ', octet by octet' : ''}`, { timeout: 300_000 }, async () => {
      const { server, delivery, port } = await testSmtp(serverOptions(file))
      try {
        await play(file.steps, { connect: () => LineClient.connect(port), octetwise })
        const expected = new Map(file.directives)
        if (expected.has('stored')) assert.equal(delivery.messages.length, Number(expected.get('stored')))
        const content = expected.get('content')
        if (content !== undefined) assert.equal(delivery.messages.at(-1)?.octets.toString('latin1'), unescape(content))
      } finally {
        await server.stop()
      }
      assert.equal(delivery.openSinks, 0)
    })
  }
}
