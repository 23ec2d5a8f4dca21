import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../../support/command.ts'
import { fetchJars } from './maven.ts'
import { clientFile, run } from './programs.ts'
import type { SmtpClient } from './smtp.ts'

const jars = temporaryFolder()
let fetched: Promise<string | undefined> | undefined

/** Jakarta Mail, which Spring sends with, as Maven brings it. */
export const jakartaMail: SmtpClient = {
  name: 'Jakarta Mail',
  missing: () => (fetched ??= fetchJars(jars, ['org.eclipse.angus', 'jakarta.mail', '2.0.3'])),
  async send({ port, security, anchor, folder }) {
    const sent = join(folder, 'jakarta-mail.eml')
    const options = ['-Dfile.encoding=UTF-8', '-cp', join(jars, '*')]
    await run('java', [...options, clientFile('JakartaMail.java'), String(port), security, anchor, sent])
    return readFileSync(sent)
  },
}
