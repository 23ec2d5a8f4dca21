/** The public API: the same server in process. */
export { ConfigError } from './config/config-error.ts'
export {
  defineConfig,
  type ListenValue,
  type StuntmailConfig,
  type StuntmailOptions,
} from './config/stuntmail-options.ts'
export type { Clock } from './clock.ts'
export type { Log } from './log.ts'
export { StartError, startStuntmail, version, type ListenerAddress, type Parts, type Stuntmail } from './server.ts'
