import type { ListenerName, LogLevel, OptionKey, SmtpListener, StarttlsListener } from './options.ts'
import type { ExtensionName } from '../smtp/extensions.ts'
import type { TemplatesValue } from './templates-kind.ts'

/** `1025`, `'1025'`, `'127.0.0.1:1025'`, `'[::1]:1025'`; 0 for a free port; `'off'` or false for none. */
export type ListenValue = number | string | false

/** Options of a server. Units, ranges and defaults are in the table of options. */
export interface StuntmailOptions {
  readonly listen?: { readonly [Name in ListenerName]?: ListenValue }
  /** Listeners that offer STARTTLS, STLS in POP3. Default `['submission']`. */
  readonly starttls?: readonly (StarttlsListener | 'all' | 'none')[]
  /** Path of a file. */
  readonly tlsCert?: string
  /** Path of a file. */
  readonly tlsKey?: string
  readonly tlsNames?: readonly string[]
  readonly portFallback?: boolean
  readonly data?: string
  readonly memory?: boolean
  readonly maxSessionsKept?: number
  /** Octets, or text such as `50MiB`. */
  readonly maxMessage?: number | string
  readonly maxRecipients?: number
  /** `user:password` each. */
  readonly smtpUsers?: readonly string[]
  readonly smtpStrict?: boolean
  /** `AUTH` hides it on every listener of SMTP, `smtp:AUTH` on that one. */
  readonly smtpHide?: readonly (ExtensionName | `${SmtpListener}:${ExtensionName}`)[]
  /** `user:password` each. */
  readonly mailUsers?: readonly string[]
  readonly strictLogin?: boolean
  readonly mailRequireTls?: boolean
  readonly pop3Shared?: boolean
  /** A folder, or a folder and how its templates are rendered. */
  readonly templates?: TemplatesValue
  /** `user:password` each. */
  readonly uiUsers?: readonly string[]
  /** Path of a file. */
  readonly uiHtpasswd?: string
  readonly allowHosts?: readonly string[]
  readonly allowOrigins?: readonly string[]
  readonly maxWaits?: number
  readonly basePath?: string
  readonly iKnowThisIsOpen?: boolean
}

/** What a configuration file may say: the options of a server, and some of the command. */
export interface StuntmailConfig extends StuntmailOptions {
  readonly container?: boolean
  readonly json?: boolean
  readonly open?: boolean
  readonly logLevel?: LogLevel
}

/** Says to an editor what a configuration file may contain; returns what it is given. */
export function defineConfig(config: StuntmailConfig): StuntmailConfig {
  return config
}

type Flat<Key> = Key extends `listen.${string}` ? 'listen' : Key
type FromFile = Flat<Exclude<OptionKey, 'config' | 'printConfig'>>
/** Fails to compile where the table has an option that `StuntmailConfig` lacks, or the other way round. */
export type ConfigIsComplete = [FromFile, keyof StuntmailConfig] extends [keyof StuntmailConfig, FromFile]
  ? true
  : never
