import { dirname, join } from 'node:path'
import { temporaryFolder } from '../support/command.ts'
import { fetchJars } from './clients/maven.ts'
import { clientFile, missing, run } from './clients/programs.ts'
import { testSnippets, type SlowSnippet, type SnippetRunner } from './clients/snippet-suite.ts'

const jars = temporaryFolder()
const environment = temporaryFolder()
const python = join(environment, 'bin/python')

/** The frameworks themselves, fetched for it. */
const runners: Readonly<Record<SlowSnippet, SnippetRunner>> = {
  django: {
    async missing() {
      const lacks = await missing(['python3', '-c', 'import venv, ensurepip'])()
      if (lacks !== undefined) return lacks
      await run('python3', ['-m', 'venv', environment])
      return run(python, ['-m', 'pip', 'install', '--quiet', 'django>=5']).then(
        () => undefined,
        () => 'pip could not fetch Django',
      )
    },
    run: (text, inFile) => run(python, [clientFile('python-django.py'), inFile('settings.py', text)]),
  },
  spring: {
    missing: () => fetchJars(jars, ['org.springframework.boot', 'spring-boot-starter-mail', '3.3.5']),
    async run(text, inFile) {
      const cwd = dirname(inFile('application.properties', text))
      await run('javac', ['-cp', join(jars, '*'), '-d', jars, clientFile('SpringMail.java')])
      await run('java', ['-cp', `${jars}:${join(jars, '*')}`, 'SpringMail'], { cwd })
    },
  },
}

await testSnippets(runners)
