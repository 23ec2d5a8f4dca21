import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { ConfigError } from '../../src/config/config-error.ts'
import { defaultDataDirectory } from '../../src/config/data-directory.ts'
import { assertNotExposed, isLoopback } from '../../src/config/exposure.ts'
import { initialText, optionsTable, settingsObject, settingsTable } from '../../src/config/options-table.ts'
import { environmentName, optionKeys, optionOf, type OptionKey } from '../../src/config/options.ts'
import { environmentSource, objectSource, resolveSettings, type Source } from '../../src/config/resolve.ts'
import type { ConfigIsComplete } from '../../src/config/stuntmail-options.ts'

const file = (given: unknown): Source =>
  objectSource(given, { name: 'stuntmail.config.json', folder: '/srv', takes: ['anyone', 'command'] })
const environment = (given: NodeJS.ProcessEnv): Source => environmentSource(given, '/srv')
const flags = (given: Partial<Record<OptionKey, unknown>>): Source => ({
  values: new Map(Object.entries(given) as [OptionKey, unknown][]),
  folder: '/srv',
  nameOf: (key) => `--${optionOf(key).flag}`,
})
const problem = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new assert.AssertionError({ message: 'nothing was refused' })
}

describe('where a value comes from', () => {
  it('is the strongest source that has one', () => {
    const sources = [
      flags({ maxRecipients: '1' }),
      environment({ STUNTMAIL_MAX_RECIPIENTS: '2', STUNTMAIL_SMTP: '2525' }),
      file({ maxRecipients: 3, listen: { smtp: 3025, http: 'off' }, logLevel: 'debug' }),
    ]
    const { settings, origins } = resolveSettings(sources, 'command')
    assert.equal(settings.maxRecipients, 1)
    assert.equal(settings['listen.smtp']?.port, 2525)
    assert.equal(settings['listen.http'], undefined)
    assert.equal(settings['listen.smtps']?.port, 1465)
    assert.deepEqual(
      [origins.get('maxRecipients'), origins.get('listen.smtp'), origins.get('listen.http'), origins.get('data')],
      ['--max-recipients', 'STUNTMAIL_SMTP', 'listen.http in stuntmail.config.json', undefined],
    )
  })

  it('is not an empty text in the environment', () => {
    const { settings } = resolveSettings([environment({ STUNTMAIL_SMTP: '' })], 'command')
    assert.equal(settings['listen.smtp']?.port, 1025)
  })

  it('differs in process: free ports on one address, memory', () => {
    const { settings } = resolveSettings([], 'embedded')
    assert.deepEqual(settings['listen.smtp'], { hosts: ['127.0.0.1'], port: 0 })
    assert.equal(settings.memory, true)
    assert.equal(resolveSettings([file({ data: 'mail' })], 'embedded').settings.memory, false)
  })

  it('lets the stronger of data and memory win, and refuses both at once', () => {
    const stronger = resolveSettings([flags({ data: 'mail' }), file({ memory: true })], 'command').settings
    assert.deepEqual([stronger.data, stronger.memory], ['/srv/mail', false])
    const weaker = resolveSettings([flags({ memory: true }), file({ data: 'mail' })], 'command').settings
    assert.deepEqual([weaker.data, weaker.memory], [undefined, true])
    assert.match(
      problem(() => resolveSettings([flags({ memory: true, data: 'mail' })], 'command')),
      /^--data and --memory exclude each other/,
    )
  })
})

describe('a name that is no option', () => {
  it('in the environment', () => {
    assert.equal(
      problem(() => environment({ STUNTMAIL_SMTPP: '25' })),
      'There is no option STUNTMAIL_SMTPP (in the environment). Did you mean STUNTMAIL_SMTP?',
    )
    environment({ STUNTMAIL_SMTP: '25', STUNTMAILX: '1', OTHER: '2' })
  })

  it('unless an orchestrator set it for a service of our name', () => {
    const links = {
      STUNTMAIL_SERVICE_HOST: '10.0.0.1',
      STUNTMAIL_SERVICE_PORT_HTTP: '8025',
      STUNTMAIL_PORT: 'tcp://10.0.0.1:8025',
      STUNTMAIL_PORT_8025_TCP_ADDR: '10.0.0.1',
    }
    assert.equal(environment(links).values.size, 0)
  })

  it('in a file', () => {
    for (const [given, text] of [
      [
        { listen: { stmp: 25 } },
        'There is no option listen.stmp (in stuntmail.config.json). Did you mean listen.smtp?',
      ],
      [{ maxMesage: 1 }, 'There is no option maxMesage (in stuntmail.config.json). Did you mean maxMessage?'],
      [
        { listen: 1025 },
        'There is no option listen (in stuntmail.config.json). See stuntmail --help for those there are.',
      ],
    ] as const) {
      assert.equal(
        problem(() => file(given)),
        text,
      )
    }
    assert.match(
      problem(() => file(JSON.parse('{"__proto__": {"memory": true}}'))),
      /no option __proto__/,
    )
    assert.match(
      problem(() => file([])),
      /expected an object of options/,
    )
    assert.match(
      problem(() => file({ config: 'other.json' })),
      /no option config/,
    )
  })

  it('in process, where it belongs to the command', () => {
    const place = { name: 'the options', folder: '/', takes: ['anyone'] as const }
    assert.match(
      problem(() => objectSource({ open: true }, place)),
      /no option open/,
    )
    assert.equal(objectSource({ memory: true }, place).values.size, 1)
  })
})

describe('a value that does not do', () => {
  it('is told with where it was given and what to do', () => {
    assert.match(
      problem(() => resolveSettings([environment({ STUNTMAIL_HTTP: '99999' })], 'command')),
      /^STUNTMAIL_HTTP: “99999” does not do\. Give a port from 0 to 65535/,
    )
    assert.match(
      problem(() => resolveSettings([file({ maxMessage: {} })], 'command')),
      /^maxMessage in stuntmail\.config\.json: “\{\}” does not do\. Give a size from 1KiB to 1GiB/,
    )
  })

  it('is not repeated where it may be a secret', () => {
    const text = problem(() => resolveSettings([flags({ uiUsers: ['hunter2'] })], 'command'))
    assert.match(text, /^--ui-user: this value does not do/)
    assert.doesNotMatch(text, /hunter2/)
  })
})

describe('listening beyond this machine (WEB-10)', () => {
  const exposed = (given: object): string =>
    problem(() => {
      assertNotExposed(resolveSettings([file(given)], 'embedded').settings)
    })
  const allowed = (given: object): void => {
    assertNotExposed(resolveSettings([file(given)], 'embedded').settings)
  }

  for (const host of ['0.0.0.0', '[::]', '192.168.1.2', '[fe80::1]', '[::ffff:10.0.0.1]']) {
    it(`is refused on ${host} without a password`, () => {
      assert.match(
        exposed({ listen: { smtp: `${host}:0` } }),
        /^Other machines would reach this without a password: smtp on .*\nAdd passwords: +--smtp-user USER:PASSWORD\n/,
      )
      assert.match(
        exposed({ listen: { http: `${host}:0` } }),
        /^Other machines .*: http on .*\nAdd passwords: +--ui-user USER:PASSWORD\n/,
      )
      allowed({ listen: { smtp: `${host}:0` }, smtpUsers: ['ann:secret'] })
      allowed({ listen: { http: `${host}:0` }, uiUsers: ['ann:secret'] })
      allowed({ listen: { http: `${host}:0` }, uiHtpasswd: 'users' })
      allowed({ listen: { http: `${host}:0` }, iKnowThisIsOpen: true })
    })
  }

  it('says of all listeners at once what is missing', () => {
    const everywhere = { smtp: '0.0.0.0', submission: '0.0.0.0', imap: '0.0.0.0', http: '0.0.0.0' }
    const text = exposed({ listen: everywhere, uiUsers: ['ann:secret'] })
    assert.match(text, /smtp on 0\.0\.0\.0:1025, submission on 0\.0\.0\.0:1587, imap on 0\.0\.0\.0:1143\./)
    assert.match(text, /\nAdd passwords: +--smtp-user USER:PASSWORD --strict-login --mail-user USER:PASSWORD\n/)
  })

  it('is not helped by the password of another listener', () => {
    assert.match(
      exposed({ listen: { http: '0.0.0.0:0' }, smtpUsers: ['ann:secret'] }),
      /password: http on 0\.0\.0\.0:0\.\nAdd passwords: +--ui-user USER:PASSWORD\n/,
    )
  })

  it('is not what loopback is', () => {
    for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1']) {
      assert.equal(isLoopback(host), true, host)
    }
    for (const host of ['128.0.0.1', '::', '::2', 'mail.test']) assert.equal(isLoopback(host), false, host)
  })
})

describe('the table of options', () => {
  it('is the one in README', { skip: !existsSync('README.md') }, () => {
    const readme = readFileSync('README.md', 'utf8')
    const between = readme.split('<!-- options -->')[1]?.split('<!-- /options -->')[0] ?? ''
    const table = between.split('\n').filter((line) => line.startsWith('|'))
    assert.equal(table.join('\n'), optionsTable())
  })

  it('agrees with the type of a configuration file', () => {
    const complete: ConfigIsComplete = true
    assert.equal(complete, true)
  })

  it('has each flag once, and initial values that the option itself takes', () => {
    assert.equal(new Set(optionKeys.map((key) => environmentName(optionOf(key)))).size, optionKeys.length)
    for (const key of optionKeys) assert.notEqual(initialText(key), '')
  })

  it('prints settings without secrets, with where they come from', () => {
    const resolved = resolveSettings([flags({ uiUsers: ['ann:hunter2'], memory: true })], 'command')
    const texts = [settingsTable(resolved), JSON.stringify(settingsObject(resolved))]
    for (const text of texts) assert.doesNotMatch(text, /hunter2/)
    assert.match(texts[0] ?? '', /^uiUsers +ann:… +--ui-user$/m)
    assert.match(texts[0] ?? '', /^listen\.smtp +localhost:1025 +default$/m)
    assert.match(texts[1] ?? '', /"memory":\{"value":"yes","from":"--memory"\}/)
  })
})

it('the data folder is where the platform has it', () => {
  const home = '/home/ann'
  const at = (platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string =>
    defaultDataDirectory({ platform, environment, home })
  assert.equal(at('linux', {}), '/home/ann/.local/share/stuntmail')
  assert.equal(at('linux', { XDG_DATA_HOME: '/data' }), '/data/stuntmail')
  assert.equal(at('linux', { XDG_DATA_HOME: 'relative' }), '/home/ann/.local/share/stuntmail')
  assert.equal(at('darwin', {}), '/home/ann/Library/Application Support/Stuntmail')
})
