/**
 * Every option, once. Flags, names in the environment, keys of a configuration file, `--help`, the table in README and
 * validation are made from these rows.
 */
import type { ExtensionName } from '../smtp/extensions.ts'
import { BadValue } from './config-error.ts'
import * as kinds from './kinds.ts'
import type { Kind, ListenAddress } from './kinds.ts'
import { templates, type TemplateSettings } from './templates-kind.ts'

export interface Option<T> {
  /** Without the dashes. In the environment it is `STUNTMAIL_` and this in capitals. */
  readonly flag: string
  /** What follows the flag, for people. None: the flag alone switches it on. */
  readonly argument?: string
  readonly group: Group
  /** What it does; units. Ends without a full stop. */
  readonly help: string
  readonly kind: Kind<T>
  /** Of the command line. */
  readonly initial: T
  /** Of `startStuntmail()`, where it differs. */
  readonly embedded?: T
  /** The initial value in words, where `kind.show` would not do. */
  readonly initially?: string
  /** That of `startStuntmail()` in words, where it differs. */
  readonly embeddedInitially?: string
  /**
   * Who may set it: `anyone`; `command`: flag, environment and file, but not `startStuntmail()`; `start`: flag and
   * environment; `flag`.
   */
  readonly from: 'anyone' | 'command' | 'start' | 'flag'
}

export type Group = 'Listeners' | 'Messages' | 'SMTP' | 'IMAP and POP3' | 'Templates' | 'UI and REST' | 'The command'

/** Listeners there are, in the order people are told of them. */
export const listenerNames = ['smtp', 'submission', 'smtps', 'pop3', 'pop3s', 'imap', 'imaps', 'http'] as const
export type ListenerName = (typeof listenerNames)[number]

const maxMessage = { least: 1024, initial: 50 * 2 ** 20, most: 2 ** 30 }

const extensions = {
  PIPELINING: true,
  SIZE: true,
  '8BITMIME': true,
  SMTPUTF8: true,
  ENHANCEDSTATUSCODES: true,
  DSN: true,
  STARTTLS: true,
  AUTH: true,
  HELP: true,
  VRFY: true,
} satisfies Record<ExtensionName, true>
const extension = kinds.choice(Object.keys(extensions) as ExtensionName[])

/** Listeners of SMTP. */
export const smtpListeners = ['smtp', 'submission', 'smtps'] as const satisfies readonly ListenerName[]
export type SmtpListener = (typeof smtpListeners)[number]

/** Listeners that begin in plain text and can go over to TLS: by STARTTLS, or by STLS for POP3. */
export const starttlsListeners = ['smtp', 'submission', 'pop3', 'imap'] as const satisfies readonly ListenerName[]
export type StarttlsListener = (typeof starttlsListeners)[number]

/** An SMTP extension to hide on one listener, or on all of them where `listener` is undefined. */
export interface HiddenExtension {
  readonly listener: SmtpListener | undefined
  readonly extension: ExtensionName
}

const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

/** By the key that a configuration file has for it. */
export const options = {
  'listen.smtp': listener('smtp', 1025, 'SMTP in plain text'),
  'listen.submission': listener('submission', 1587, 'SMTP submission with STARTTLS'),
  'listen.smtps': listener('smtps', 1465, 'SMTP over TLS'),
  'listen.pop3': listener('pop3', 1110, 'POP3 in plain text'),
  'listen.pop3s': listener('pop3s', 1995, 'POP3 over TLS'),
  'listen.imap': listener('imap', 1143, 'IMAP in plain text'),
  'listen.imaps': listener('imaps', 1993, 'IMAP over TLS'),
  'listen.http': listener('http', 8025, 'UI, REST and socket.io'),

  starttls: option<readonly StarttlsListener[]>({
    flag: 'starttls',
    argument: 'LISTENER',
    group: 'Listeners',
    help: `Which listeners offer STARTTLS (STLS in POP3); several with commas: ${starttlsListeners.join(', ')}; all, or none`,
    kind: kinds.someOf(starttlsListeners),
    initial: ['submission'],
  }),
  tlsCert: option({
    flag: 'tls-cert',
    argument: 'FILE',
    group: 'Listeners',
    help: 'Certificate for TLS with its chain, PEM; read again on SIGHUP',
    kind: kinds.path,
    initial: undefined,
    initially: 'one that is made for this installation',
  }),
  tlsKey: option({
    flag: 'tls-key',
    argument: 'FILE',
    group: 'Listeners',
    help: 'Private key of the certificate, PEM; read again on SIGHUP',
    kind: kinds.path,
    initial: undefined,
    initially: 'the file of the certificate',
  }),
  tlsNames: option<readonly string[]>({
    flag: 'tls-name',
    argument: 'NAME',
    group: 'Listeners',
    help: 'Host name or IP address that the certificate of this installation is for, besides localhost and the name of the machine; several with commas',
    kind: kinds.list(kinds.certificateName, ','),
    initial: [],
  }),
  portFallback: option({
    flag: 'port-fallback',
    group: 'Listeners',
    help: 'Where a port is in use, take the next free one above it',
    kind: kinds.onOff,
    initial: false,
  }),

  data: option({
    flag: 'data',
    argument: 'DIR',
    group: 'Messages',
    help: 'Folder for messages, index and certificate; made when missing',
    kind: kinds.path,
    initial: undefined,
    initially: "the user's data folder: ~/.local/share/stuntmail on Linux",
    embeddedInitially: 'none',
  }),
  memory: option({
    flag: 'memory',
    group: 'Messages',
    help: 'Keep everything in memory; it is gone at the end',
    kind: kinds.onOff,
    initial: false,
    embeddedInitially: 'yes, unless there is a data folder',
  }),
  maxSessionsKept: option({
    flag: 'max-sessions-kept',
    argument: 'COUNT',
    group: 'Messages',
    help: 'Sessions without a message that are kept, the newest; as many of mail clients',
    kind: kinds.count(0, 1_000_000),
    initial: 1_000,
  }),

  maxMessage: option({
    flag: 'max-message',
    argument: 'SIZE',
    group: 'SMTP',
    help: 'Largest message; octets, or with KiB, MiB, GiB, kB, MB, GB',
    kind: kinds.octets(maxMessage.least, maxMessage.most),
    initial: maxMessage.initial,
  }),
  maxRecipients: option({
    flag: 'max-recipients',
    argument: 'COUNT',
    group: 'SMTP',
    help: 'Recipients of one message',
    kind: kinds.count(1, 100_000),
    initial: 1_000,
  }),
  smtpUsers: option<readonly kinds.UserPassword[]>({
    flag: 'smtp-user',
    argument: 'USER:PASSWORD',
    group: 'SMTP',
    help: 'Take mail only from users who log in with AUTH, and from this one; may be given again',
    kind: kinds.list(kinds.userPassword, '\n'),
    initial: [],
    initially: 'any user and password will do, and none',
  }),
  smtpStrict: option({
    flag: 'smtp-strict',
    group: 'SMTP',
    help: 'Refuse a message in which a CR or LF stands alone (550 5.5.2), as many servers do, instead of marking it',
    kind: kinds.onOff,
    initial: false,
  }),
  smtpHide: option<readonly HiddenExtension[]>({
    flag: 'smtp-hide',
    argument: '[LISTENER:]EXTENSION',
    group: 'SMTP',
    help: `Neither offer nor understand it, on one listener (smtp:AUTH) or on all; several with commas: ${Object.keys(extensions).join(', ')}`,
    kind: kinds.list(hiddenExtension(), ','),
    initial: [],
  }),

  mailUsers: option<readonly kinds.UserPassword[]>({
    flag: 'mail-user',
    argument: 'USER:PASSWORD',
    group: 'IMAP and POP3',
    help: 'This user needs this password to log in; may be given again',
    kind: kinds.list(kinds.userPassword, '\n'),
    initial: [],
    initially: 'any password will do',
  }),
  strictLogin: option({
    flag: 'strict-login',
    group: 'IMAP and POP3',
    help: 'Nobody logs in but users that are given with a password',
    kind: kinds.onOff,
    initial: false,
  }),
  mailRequireTls: option({
    flag: 'mail-require-tls',
    group: 'IMAP and POP3',
    help: 'Let nobody log in before TLS is on; pop3 and imap offer STARTTLS then',
    kind: kinds.onOff,
    initial: false,
  }),
  pop3Shared: option({
    flag: 'pop3-shared',
    group: 'IMAP and POP3',
    help: 'Several POP3 sessions may have a maildrop at a time, instead of one',
    kind: kinds.onOff,
    initial: false,
  }),

  templates: option<TemplateSettings | undefined>({
    flag: 'templates',
    argument: 'DIR',
    group: 'Templates',
    help: 'Folder of templates to show and render on every save; templates run as code. The file may give more than DIR',
    kind: templates,
    initial: undefined,
  }),

  uiUsers: option<readonly kinds.UserPassword[]>({
    flag: 'ui-user',
    argument: 'USER:PASSWORD',
    group: 'UI and REST',
    help: 'Ask for a password, and let this user in; may be given again',
    kind: kinds.list(kinds.userPassword, '\n'),
    initial: [],
    initially: 'nobody is asked',
  }),
  uiHtpasswd: option({
    flag: 'ui-htpasswd',
    argument: 'FILE',
    group: 'UI and REST',
    help: 'Ask for a password, and let the users of this file in (htpasswd -B)',
    kind: kinds.path,
    initial: undefined,
  }),
  allowHosts: option<readonly string[]>({
    flag: 'allow-host',
    argument: 'NAME',
    group: 'UI and REST',
    help: 'Host name under which the UI may be reached besides localhost, on every port or on one (mail.test:8080); several with commas',
    kind: kinds.list(kinds.hostName, ','),
    initial: [],
  }),
  allowOrigins: option<readonly string[]>({
    flag: 'allow-origin',
    argument: 'ORIGIN',
    group: 'UI and REST',
    help: 'Origin whose pages may use REST and socket.io; several with commas',
    kind: kinds.list(kinds.origin, ','),
    initial: [],
  }),
  maxWaits: option({
    flag: 'max-waits',
    argument: 'COUNT',
    group: 'UI and REST',
    help: 'Requests that may wait for messages at a time',
    kind: kinds.count(1, 100_000),
    initial: 1_000,
  }),
  basePath: option({
    flag: 'base-path',
    argument: 'PATH',
    group: 'UI and REST',
    help: 'Path under which a proxy serves the UI, where the proxy passes it on; one that takes it off needs no option',
    kind: kinds.basePath,
    initial: '',
    initially: 'none',
  }),
  container: option({
    flag: 'container',
    group: 'Listeners',
    help: 'What a container needs: every listener on every address, without a password; the folder /data; names without a dot and every port for the UI',
    kind: kinds.onOff,
    initial: false,
    from: 'command',
  }),
  iKnowThisIsOpen: option({
    flag: 'i-know-this-is-open',
    group: 'Listeners',
    help: 'Listen beyond this machine without a password',
    kind: kinds.onOff,
    initial: false,
  }),

  json: option({
    flag: 'json',
    group: 'The command',
    help: 'Say on standard output only one line of JSON, when ready',
    kind: kinds.onOff,
    initial: false,
    from: 'command',
  }),
  open: option({
    flag: 'open',
    group: 'The command',
    help: 'Open the UI in the browser when ready',
    kind: kinds.onOff,
    initial: false,
    from: 'command',
  }),
  logLevel: option<LogLevel>({
    flag: 'log-level',
    argument: 'LEVEL',
    group: 'The command',
    help: `What is logged on standard error: ${logLevels.join(', ')}`,
    kind: kinds.choice(logLevels),
    initial: 'info',
    from: 'command',
  }),
  config: option({
    flag: 'config',
    argument: 'FILE',
    group: 'The command',
    help: 'Configuration file: .json, .js, .mjs or .ts',
    kind: kinds.path,
    initial: undefined,
    initially: 'stuntmail.config.{json,js,mjs,ts} in the current folder',
    from: 'start',
  }),
  printConfig: option({
    flag: 'print-config',
    group: 'The command',
    help: 'Print every option with its value and where it comes from, and end',
    kind: kinds.onOff,
    initial: false,
    from: 'flag',
  }),
} as const

export type OptionKey = keyof typeof options
/** Every option with its value. */
export type Settings = { readonly [Key in OptionKey]: (typeof options)[Key] extends Option<infer T> ? T : never }

/** In the order of the table. */
export const optionKeys = Object.keys(options) as readonly OptionKey[]

/** The row of a key, whatever its value. */
export function optionOf(key: OptionKey): Option<unknown> {
  return options[key]
}

/** `--smtp-user` is `STUNTMAIL_SMTP_USER` in the environment. */
export function environmentName({ flag }: Option<unknown>): string {
  return `STUNTMAIL_${flag.toUpperCase().replaceAll('-', '_')}`
}

function option<T>(row: Omit<Option<T>, 'from'> & Partial<Pick<Option<T>, 'from'>>): Option<T> {
  return { from: 'anyone', ...row }
}

/** `EXTENSION`, or `LISTENER:EXTENSION` with a listener of SMTP. */
function hiddenExtension(): Kind<HiddenExtension> {
  const listenerName = kinds.choice(smtpListeners)
  return {
    repeatable: false,
    read(value, folder) {
      const [first, second, ...more] = typeof value === 'string' ? value.split(':') : []
      if (more.length > 0) throw new BadValue('EXTENSION or LISTENER:EXTENSION, such as smtp:AUTH')
      if (second === undefined) return { listener: undefined, extension: extension.read(first ?? value, folder) }
      return { listener: listenerName.read(first, folder), extension: extension.read(second, folder) }
    },
    show: (value) => (value.listener === undefined ? value.extension : `${value.listener}:${value.extension}`),
  }
}

function listener(name: ListenerName, port: number, help: string): Option<ListenAddress | undefined> {
  return {
    flag: name,
    argument: '[HOST:]PORT',
    group: 'Listeners',
    help,
    kind: kinds.listenAddress(port),
    initial: { hosts: ['localhost'], port },
    embedded: { hosts: ['127.0.0.1'], port: 0 },
    initially: `${port} on 127.0.0.1 and ::1`,
    embeddedInitially: 'a free port on 127.0.0.1',
    from: 'anyone',
  }
}
