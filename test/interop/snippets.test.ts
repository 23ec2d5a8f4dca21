import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { snippets, type SnippetName } from '../../ui/parts/snippets.ts'
import { product } from './clients/product.ts'
import { clientFile, missing, run, type Probe } from './clients/programs.ts'

interface Runner {
  /** A command that succeeds where it can be run. */
  readonly needs: Probe
  run(text: string): Promise<unknown>
}

const { port, arrives, folder: newFolder } = await product()
const folder = newFolder()

function inFile(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const shell = (program: string): Runner => ({
  needs: [program, '--version'],
  run: (text) => run('sh', ['-c', text], { cwd: folder }),
})

/** How each is run as it stands; those of frameworks by the library that the framework sends with. */
const runners: Readonly<Record<SnippetName, Runner | 'snippets.long.ts'>> = {
  nodemailer: {
    needs: [process.execPath, '--version'],
    run: (text) => run(process.execPath, [inFile('app.mjs', text)], { cwd: folder }),
  },
  swaks: shell('swaks'),
  curl: shell('curl'),
  rails: {
    needs: ['ruby', '-e', 'require "mail"'],
    run: (text) => run('ruby', [clientFile('rails.rb'), inFile('development.rb', text)]),
  },
  laravel: {
    needs: ['php', '-r', 'require "/usr/share/php/Symfony/Component/Mailer/autoload.php";'],
    run: (text) => run('php', [clientFile('laravel.php'), inFile('.env', text)]),
  },
  django: 'snippets.long.ts',
  spring: 'snippets.long.ts',
}

describe('what the page says is enough to send', () => {
  for (const { name, label, text } of snippets('localhost', port('smtp'))) {
    it(label, { timeout: 60_000 }, async (t) => {
      const runner = runners[name]
      if (typeof runner === 'string') return t.skip(`what it needs is fetched in ${runner}`)
      const lacks = await missing(runner.needs)()
      if (lacks !== undefined) return t.skip(lacks)
      const { message } = await arrives(() => runner.run(text))
      assert.deepEqual([message.reversePath, message.forwardPaths], ['app@example.com', ['alice@example.com']])
      assert.equal(message.subject, 'Hello')
      assert.equal(message.envelope.tls, null)
    })
  }
})
