import { dirname } from 'node:path'
import type { SnippetName } from '../../ui/parts/snippets.ts'
import { clientFile, missing, run } from './clients/programs.ts'
import { testSnippets, type SlowSnippet, type SnippetRunner } from './clients/snippet-suite.ts'

const shell = (program: string): SnippetRunner => ({
  missing: missing([program, '--version']),
  run: (text) => run('sh', ['-c', text]),
})

/** How each is run as it stands; those of frameworks by the library that the framework sends with. */
const runners: Readonly<Record<Exclude<SnippetName, SlowSnippet>, SnippetRunner>> = {
  nodemailer: {
    missing: missing([process.execPath, '--version']),
    async run(text, inFile) {
      const file = inFile('app.mjs', text)
      await run(process.execPath, [file], { cwd: dirname(file) })
    },
  },
  swaks: shell('swaks'),
  curl: shell('curl'),
  rails: {
    missing: missing(['ruby', '-e', 'require "mail"']),
    run: (text, inFile) => run('ruby', [clientFile('rails.rb'), inFile('development.rb', text)]),
  },
  laravel: {
    missing: missing(['php', '-r', 'require "/usr/share/php/Symfony/Component/Mailer/autoload.php";']),
    run: (text, inFile) => run('php', [clientFile('laravel.php'), inFile('.env', text)]),
  },
}

await testSnippets(runners)
