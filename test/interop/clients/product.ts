import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { WireMessage } from '../../../src/http/wire-types.ts'
import { startStuntmail, type Stuntmail } from '../../../src/index.ts'
import { temporaryFolder } from '../../support/command.ts'
import { pageOf } from '../../support/rest.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Ports as the documentation has them, by listener. */
const usual = {
  smtp: 1025,
  submission: 1587,
  smtps: 1465,
  pop3: 1110,
  pop3s: 1995,
  imap: 1143,
  imaps: 1993,
  http: 8025,
}

export interface Product {
  readonly stuntmail: Stuntmail
  readonly url: string
  port(listener: string): number
  /** A text of the documentation, with the ports where this one is reached. */
  here(text: string): string
  /** @returns the one message that came of `action`, and its octets. */
  arrives(action: () => Promise<unknown>): Promise<{ readonly message: WireMessage; readonly raw: string }>
  /** A new folder, in which Node finds the packages of this project. */
  folder(): string
}

/** The server, empty, ended after the tests. */
export async function product(): Promise<Product> {
  const stuntmail = await startStuntmail()
  after(() => stuntmail.stop())
  const url = stuntmail.url ?? ''
  const folders = temporaryFolder()
  const port = (listener: string): number => stuntmail.listeners[listener]?.port ?? 0
  return {
    stuntmail,
    url,
    port,
    here(text) {
      const listeners = Object.entries(usual)
      return text.replace(/\blocalhost:(\d+)\b/g, (address, said: string) => {
        const found = listeners.find(([, number]) => String(number) === said)
        assert.ok(found, `${address} is none of our ports`)
        return `localhost:${port(found[0])}`
      })
    },
    async arrives(action) {
      await fetch(`${url}/api/messages?all=true`, { method: 'DELETE' })
      await action()
      const { messages } = await pageOf(url)
      assert.equal(messages.length, 1)
      const path = `${url}/api/messages/${messages[0]?.key}`
      const [message, raw] = await Promise.all([fetch(path), fetch(`${path}/raw`)])
      return { message: (await message.json()) as WireMessage, raw: await raw.text() }
    },
    folder() {
      const folder = mkdtempSync(join(folders, 'project-'))
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
      return folder
    },
  }
}

/** The code blocks of one language in a section of README.md. */
export function readmeBlocks(title: string, language: string): readonly string[] {
  const blocks = readmeSection(title).matchAll(/^```(\w+)\n([^]*?)^```$/gm)
  return [...blocks].filter(([, found]) => found === language).map(([, , text = '']) => text)
}

/** A section of README.md. */
export function readmeSection(title: string): string {
  const [, section] = readFileSync(join(root, 'README.md'), 'utf8').split(`\n## ${title}\n`)
  assert.ok(section !== undefined, `README.md has no section ${title}`)
  return section.split('\n## ')[0] ?? ''
}
