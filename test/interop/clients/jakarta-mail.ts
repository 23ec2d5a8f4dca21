import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/command.ts'
import { clientFile, missing, run } from './programs.ts'
import type { SmtpClient } from './smtp.ts'

const artifacts = [
  'org.eclipse.angus:jakarta.mail:2.0.3',
  'org.eclipse.angus:angus-activation:2.0.2',
  'jakarta.activation:jakarta.activation-api:2.1.3',
]

const jars = temporaryFolder()
let fetched: Promise<string | undefined> | undefined

/** @returns why it could not be had. */
async function fetchJars(): Promise<string | undefined> {
  for (const artifact of artifacts) {
    const args = ['-q', '-B', 'dependency:copy', `-Dartifact=${artifact}`, `-DoutputDirectory=${jars}`]
    const failed = await run('mvn', args, { cwd: jars }).then(
      () => false,
      () => true,
    )
    if (failed) return `Maven could not fetch ${artifact}`
  }
  return undefined
}

/** Jakarta Mail, which Spring sends with, as Maven brings it. */
export const jakartaMail: SmtpClient = {
  name: 'Jakarta Mail',
  missing: async () =>
    (await missing(['java', '--version'], ['mvn', '--version'])()) ?? (await (fetched ??= fetchJars())),
  async send({ port, security, anchor, folder }) {
    const sent = join(folder, 'jakarta-mail.eml')
    const options = ['-Dfile.encoding=UTF-8', '-cp', join(jars, '*')]
    await run('java', [...options, clientFile('JakartaMail.java'), String(port), security, anchor, sent])
    return readFileSync(sent)
  },
}
