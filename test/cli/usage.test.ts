import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { optionKeys, optionOf } from '../../src/config/options.ts'
import { runCommand, temporaryFolder, type CommandOptions } from '../support/command.ts'

describe('the command line', { concurrency: 2 }, () => {
  it('tells every option, its default and the exit codes with --help', async () => {
    const { code, stdout, stderr } = await runCommand(['--help'])
    assert.deepEqual([code, stderr], [0, ''])
    for (const key of optionKeys) assert.ok(tells(stdout, `--${optionOf(key).flag}`), key)
    for (const words of ['(1025 on 127.0.0.1 and ::1)', '(50MiB)', '(1000)', 'STUNTMAIL_SMTP_USER']) {
      assert.ok(stdout.includes(words), words)
    }
    for (const exit of [0, 1, 64, 70, 73, 78]) assert.ok(tells(stdout, String(exit)), String(exit))
  })

  it('ends without a word where nobody reads on', { skip: process.platform === 'win32' && 'no shell' }, async () => {
    const under = ['bash', '-c', 'exec "$@" > >(exec true)', 'bash']
    const { code, stderr } = await runCommand(['--help'], { under })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  })

  it('prints its version', async () => {
    assert.match((await runCommand(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
  })

  const refusals: readonly (readonly [string, readonly string[], CommandOptions, number, RegExp])[] = [
    ['an unknown flag', ['--smpt', '0'], {}, 64, /unknown option '--smpt'\s+\(Did you mean --smtp\?\)/],
    ['a flag without its value', ['--smtp'], {}, 64, /option '--smtp <\[HOST:\]PORT>' argument missing/],
    ['an unknown command', ['srve'], {}, 64, /There is no command srve\. Did you mean serve\?/],
    ['a bad value', ['--smtp', 'x'], {}, 64, /^stuntmail: --smtp: “x” does not do\. Give a port/],
    [
      'a wrong name in the environment',
      [],
      { env: { STUNTMAIL_SMPT: '0' } },
      64,
      /STUNTMAIL_SMPT .* mean STUNTMAIL_SMTP\?/,
    ],
    ['a bad value in the environment', [], { env: { STUNTMAIL_HTTP: 'x' } }, 64, /^stuntmail: STUNTMAIL_HTTP: “x”/],
    ['a missing configuration file', ['--config', 'no.json'], {}, 64, /no\.json: there is no such file/],
    ['folder and memory at once', ['--memory', '--data', 'x'], {}, 64, /--data and --memory exclude each other/],
    [
      'a missing htpasswd file',
      ['--memory', '--ui-htpasswd', 'no'],
      {},
      64,
      /htpasswd file .*no cannot be read: ENOENT/,
    ],
    [
      'SMTP beyond this machine',
      ['--smtp', '0.0.0.0:0'],
      {},
      78,
      /^stuntmail: Other machines .*smtp on 0\.0\.0\.0:0\.\nAdd passwords: +--smtp-user/,
    ],
    [
      'the UI beyond this machine',
      ['--http', '[::]:0'],
      {},
      78,
      /^stuntmail: Other machines .*http on \[::\]:0\.\nAdd passwords: +--ui-user/,
    ],
  ]
  for (const [what, args, options, exit, text] of refusals) {
    it(`refuses ${what}`, async () => {
      const { code, stdout, stderr } = await runCommand(args, options)
      assert.match(stderr, text)
      assert.deepEqual([code, stdout], [exit, ''])
    })
  }

  it('names file and key of what is wrong in a configuration file', async () => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'stuntmail.config.json'), '{"listen": {"htpp": 0}}')
    const { code, stderr } = await runCommand([], { cwd })
    assert.deepEqual(
      [code, stderr],
      [64, 'stuntmail: There is no option listen.htpp (in stuntmail.config.json). Did you mean listen.http?\n'],
    )
  })

  it('prints what it would run with, and where each value comes from', async () => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'stuntmail.config.json'), '{"listen": {"smtp": 1, "smtps": 2, "http": 3}}')
    const env = { STUNTMAIL_SMTP: '4', STUNTMAIL_SMTPS: '5' }
    const { code, stdout } = await runCommand(['--smtp', '6', '--print-config', '--json'], { cwd, env })
    const printed = JSON.parse(stdout) as Record<string, unknown>
    assert.equal(code, 0)
    assert.deepEqual(
      ['listen.smtp', 'listen.smtps', 'listen.http', 'listen.submission', 'data'].map((key) => printed[key]),
      [
        { value: 'localhost:6', from: '--smtp' },
        { value: 'localhost:5', from: 'STUNTMAIL_SMTPS' },
        { value: 'localhost:3', from: 'listen.http in stuntmail.config.json' },
        { value: 'localhost:1587', from: 'default' },
        { value: join(cwd, 'data/stuntmail'), from: 'default' },
      ],
    )
  })
})

/** Whether a line of help begins with these words. */
function tells(help: string, words: string): boolean {
  return help.split('\n').some((line) => line.trimStart().startsWith(`${words} `))
}
