/** The Host field. RFC 9110 §7.2; who may stand there is the first defence against DNS rebinding. */

export interface HostRules {
  /** Port the request came in on. */
  readonly port: number
  /** Names (or addresses) that are ours besides loopback; `name` stands for every port, `name:port` for itself. Lower case. */
  readonly names: ReadonlySet<string>
  /**
   * We are in a container: its ports are published as others, and names without a dot are those of its network, which no
   * name server of the world can point at us.
   */
  readonly container?: boolean
  /** Address the connection came in on. A browser says a literal only when the user typed it, so it cannot be rebound. */
  readonly localAddress: string | undefined
}

const dottedLoopback = /^127\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])(?:\.(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])){2}$/
const localhostName = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*localhost$/

// A name of digits alone is an address: `2130706433`, `0x7f000001`.
const singleLabel = /^(?!0x)[a-z_][a-z0-9_-]*$/

/**
 * Whether a request for this Host is meant for us.
 * Loopback literals count in the spellings that browsers and people use; `0`, `2130706433`, `0.0.0.0`, IPv4-mapped
 * addresses and a trailing dot do not: no browser sends them for loopback, so they are tricks.
 */
export function hostAllowed(host: string, rules: HostRules): boolean {
  const split = splitHost(host)
  if (split === undefined) return false
  const { name, port } = split
  if (port !== undefined && rules.names.has(`${name}:${port}`)) return true
  if (rules.names.has(name)) return true
  if (rules.container === true && singleLabel.test(name)) return true
  const onOurPort = rules.container === true || (port ?? 80) === rules.port
  return onOurPort && (isLoopback(name) || isLiteral(name, rules.localAddress))
}

/** Whether a page of this origin was served by this machine, on any port. Never true for `null`. */
export function isLoopbackOrigin(origin: string): boolean {
  const [, host] = /^https?:\/\/([^/]+)$/.exec(origin) ?? []
  const split = host === undefined ? undefined : splitHost(host)
  return split !== undefined && isLoopback(split.name)
}

/** Whether an address to listen on is for this machine only; IPv6 without brackets. */
export function isLoopbackHost(host: string): boolean {
  return isLoopback(host.includes(':') ? `[${host}]` : host)
}

/** @returns name in lower case, IPv6 in brackets; undefined where it is no `host [ ":" port ]`. */
function splitHost(host: string): { name: string; port: number | undefined } | undefined {
  const lower = host.toLowerCase()
  const match = /^(\[[0-9a-f:]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/.exec(lower)
  if (match?.[1] === undefined) return undefined
  return { name: match[1], port: match[2] === undefined ? undefined : Number(match[2]) }
}

function isLoopback(name: string): boolean {
  if (name.startsWith('[')) return canonicalIpv6(name) === '[::1]'
  return localhostName.test(name) || dottedLoopback.test(name)
}

function isLiteral(name: string, localAddress: string | undefined): boolean {
  if (localAddress === undefined) return false
  const address = localAddress.replace(/^::ffff:(?=\d+\.)/, '')
  return name === address || (name.startsWith('[') && canonicalIpv6(name) === canonicalIpv6(`[${address}]`))
}

function canonicalIpv6(literal: string): string | undefined {
  return URL.canParse(`http://${literal}`) ? new URL(`http://${literal}`).hostname : undefined
}
