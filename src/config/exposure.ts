import { BlockList, isIP } from 'node:net'
import { ConfigError } from './config-error.ts'
import { hostPort } from './kinds.ts'
import { listenerNames, type ListenerName, type Settings } from './options.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether nobody but this machine gets there. @param host `localhost` or an IP address. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true
  const family = isIP(host)
  return family !== 0 && loopback.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Everybody who reaches a listener beyond loopback could read all mail or fill the disk, so it needs a password. WEB-10.
 * @throws ConfigError `refused`, naming every such listener, and the options that are missing for all of them.
 */
export function assertNotExposed(settings: Settings): void {
  if (settings.iKnowThisIsOpen) return
  const exposed = listenerNames.flatMap((name) => {
    const address = settings[`listen.${name}`]
    const open = address?.hosts.find((host) => !isLoopback(host))
    if (address === undefined || open === undefined || hasPassword(name, settings)) return []
    return [{ name, where: hostPort(open, address.port) }]
  })
  if (exposed.length === 0) return
  const missing = new Set(exposed.map(({ name }) => passwordsFor[kindOf(name)]))
  throw new ConfigError(
    'refused',
    `Other machines would reach this without a password: ${exposed.map(({ name, where }) => `${name} on ${where}`).join(', ')}.\n` +
      `Add passwords:   ${[...missing].join(' ')}\n` +
      'Or leave it open: --i-know-this-is-open (in a container: --container)\n' +
      'Or listen on 127.0.0.1. To open the page by a name, add --allow-host NAME.',
  )
}

const passwordsFor = {
  http: '--ui-user USER:PASSWORD',
  mail: '--strict-login --mail-user USER:PASSWORD',
  smtp: '--smtp-user USER:PASSWORD',
} as const

function kindOf(name: ListenerName): keyof typeof passwordsFor {
  if (name === 'http') return 'http'
  return /^(?:imap|pop3)s?$/.test(name) ? 'mail' : 'smtp'
}

function hasPassword(name: ListenerName, settings: Settings): boolean {
  switch (kindOf(name)) {
    case 'smtp':
      return settings.smtpUsers.length > 0
    case 'mail':
      return settings.strictLogin
    case 'http':
      return settings.uiUsers.length > 0 || settings.uiHtpasswd !== undefined
  }
}
