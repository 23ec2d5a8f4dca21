/** The messages that codes, links and buttons are looked for in: each is whole, and its answer is in it. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { decodeText } from '../../src/mime/body.ts'
import { decodeEntities } from '../../src/mime/html-text.ts'
import { contents } from '../../src/mime/parts.ts'
import { scanMessage } from '../../src/mime/scanner.ts'

interface Answer {
  readonly codes: readonly string[]
  readonly actions: readonly { readonly text: string; readonly url: string }[]
  readonly links: readonly string[]
  readonly unsubscribe: null | { readonly urls: readonly string[]; readonly oneClick: boolean }
}

const folder = fileURLToPath(new URL('.', import.meta.url))

for (const half of ['seen', 'held']) {
  test(`${half}: every message has an answer, and its links are in it`, () => {
    const files = readdirSync(`${folder}${half}`, { recursive: true }).map(String)
    const messages = files.filter((name) => name.endsWith('.eml'))
    assert.ok(messages.length >= 60, `${messages.length} messages`)
    for (const name of messages) {
      const octets = readFileSync(`${folder}${half}/${name}`)
      const answer = JSON.parse(readFileSync(`${folder}${half}/${name.replace(/eml$/, 'json')}`, 'utf8')) as Answer
      const { texts } = contents(scanMessage(octets))
      const said = texts.map((part) => decodeText(part, (start, end) => octets.subarray(start, end)).text).join('\n')
      // A long line of plain text may be flowed.
      const text = decodeEntities(said).replace(/ \r?\n/g, '')
      for (const link of answer.links) assert.ok(text.includes(link) || said.includes(link), `${name}: ${link}`)
      for (const { url } of answer.actions) assert.ok(answer.links.includes(url), `${name}: ${url}`)
      for (const code of answer.codes) assert.match(code, /^[\w-]{4,40}$/, name)
      assert.ok(answer.unsubscribe === null || answer.unsubscribe.urls.length > 0, name)
    }
  })
}
