import { listenerNames } from './options.ts'
import type { Resolved } from './resolve.ts'

/** Where a container has its messages: the volume is mounted there. */
const dataFolder = '/data'

/**
 * What `--container` means: a container is reached through the ports that it publishes and by others of its network, so
 * loopback would be of no use to anybody.
 */
export function withContainer({ settings, origins }: Resolved): Resolved {
  if (!settings.container) return { settings, origins }
  const listen = listenerNames.flatMap((name) => {
    const address = settings[`listen.${name}`]
    const local = address?.hosts.includes('localhost') === true
    return address !== undefined && local ? [[`listen.${name}`, { ...address, hosts: ['0.0.0.0'] }] as const] : []
  })
  const data = settings.memory ? undefined : (settings.data ?? dataFolder)
  const changed = { ...settings, ...Object.fromEntries(listen), data, iKnowThisIsOpen: true }
  const by = origins.get('container') ?? '--container'
  const told = [
    ...listen.map(([key]) => key),
    'iKnowThisIsOpen' as const,
    ...(settings.data === data ? [] : ['data' as const]),
  ]
  return { settings: changed, origins: new Map([...origins, ...told.map((key) => [key, by] as const)]) }
}
