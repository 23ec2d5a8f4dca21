/**
 * Binding of listeners, apart from serving them: all listeners of a server are bound first and start to serve later, so
 * that a port in use leaves nothing half started.
 */
import net from 'node:net'

/** IPv4 and IPv6 loopback: where everything listens unless told otherwise. */
export const loopbackHosts: readonly string[] = ['127.0.0.1', '::1']

/** Every address of the machine, of both families: who asks for one of them means both. */
const anyHosts: readonly string[] = ['0.0.0.0', '::']
const families: ReadonlyMap<string, readonly string[]> = new Map([
  ['localhost', loopbackHosts],
  ...anyHosts.map((host) => [host, anyHosts] as const),
])

export interface ListenSpec {
  /** Name of the listener, for people: `smtp`, `http`, … */
  readonly name: string
  /** Addresses to bind, all on the same port. `localhost` stands for both loopback addresses, `0.0.0.0` and `::` for each other. */
  readonly hosts: readonly string[]
  /** 0 for a free one. */
  readonly port: number
  /** Takes the next port that is free on every host, at most 100 above, where this one is in use. Default false. */
  readonly fallback?: boolean
}

export interface BoundAddress {
  readonly host: string
  readonly port: number
}

/** The sockets of one listener, bound and listening. Connections wait until `serve` says who takes them. */
export interface BoundSockets {
  readonly name: string
  /** The first address is the one to tell people. Never empty. */
  readonly addresses: readonly [BoundAddress, ...BoundAddress[]]
  /**
   * Hands every connection to `accept`, those that waited first. Called once.
   * @param reading `later`: nothing is read of a connection before somebody puts TLS on it, so that neither the octets of
   * a handshake nor the end of the connection can be lost. Default: `now`.
   */
  serve(accept: (socket: net.Socket) => void, reading?: 'now' | 'later'): void
  /** Stops listening at once. Connections that were handed out live on; those that waited are closed. */
  close(): Promise<void>
}

/** Somebody else has the port. */
export class PortInUse extends Error {
  override readonly name = 'PortInUse'
  readonly listener: string
  readonly host: string
  readonly port: number

  constructor(listener: string, address: BoundAddress, options?: ErrorOptions) {
    super(`${listener}: port ${address.port} on ${address.host} is already in use`, options)
    this.listener = listener
    this.host = address.host
    this.port = address.port
  }
}

/** How often a free port is looked for that is free on every host. */
const freePortAttempts = 20
const fallbackPorts = 100
/** Connections that may wait for `serve`; more are closed. */
const maxWaiting = 1_000
/** What the system says when it has no such address, as a machine without IPv6 does of `::1`. */
const noSuchAddress = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EPROTONOSUPPORT', 'EINVAL'])

/**
 * Binds one listener.
 * @throws PortInUse, or an error that names listener, host and port; then nothing is bound.
 */
export async function bind(spec: ListenSpec): Promise<BoundSockets> {
  const hosts = [...new Set(spec.hosts.flatMap((host) => families.get(host) ?? [host]))]
  let inUse: unknown
  for (const port of portsToTry(spec)) {
    try {
      return await bindHosts({ ...spec, hosts, port })
    } catch (error) {
      if (!(error instanceof PortInUse)) throw error
      inUse ??= error
    }
  }
  throw inUse
}

function portsToTry({ port, fallback = false }: ListenSpec): readonly number[] {
  if (port === 0) return Array<number>(freePortAttempts).fill(0)
  const more = fallback ? Math.min(fallbackPorts, 65_535 - port) : 0
  return Array.from({ length: 1 + more }, (_, index) => port + index)
}

/**
 * Binds several listeners, or none.
 * @throws as `bind`; then all that were bound are free again.
 */
export async function bindAll(specs: readonly ListenSpec[]): Promise<readonly BoundSockets[]> {
  const bound: BoundSockets[] = []
  try {
    for (const spec of specs) bound.push(await bind(spec))
    return bound
  } catch (error) {
    await Promise.all(bound.map((sockets) => sockets.close()))
    throw error
  }
}

async function bindHosts(spec: ListenSpec): Promise<BoundSockets> {
  const servers: net.Server[] = []
  const addresses: BoundAddress[] = []
  try {
    for (const host of spec.hosts) {
      const server = await listen(spec, { host, port: addresses[0]?.port ?? spec.port }, addresses.length > 0)
      if (server === undefined) continue
      servers.push(server)
      addresses.push({ host, port: portOf(server) })
    }
  } catch (error) {
    await Promise.all(servers.map(close))
    throw error
  }
  const [first, ...others] = addresses
  if (first === undefined) throw new Error(`${spec.name}: no host to listen on`)
  return boundSockets(spec.name, servers, [first, ...others])
}

/** @returns undefined where an additional loopback address does not exist on this machine. */
async function listen(spec: ListenSpec, address: BoundAddress, additional: boolean): Promise<net.Server | undefined> {
  // The other side may close its half after a pipelined session and still wants the replies.
  const server = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true })
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      // `::` together with `0.0.0.0` would be the same port twice without `ipv6Only`.
      server.listen({ ...address, ipv6Only: spec.hosts.length > 1 }, () => {
        server.off('error', reject)
        resolve()
      })
    })
    return server
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (additional && /^::1?$/.test(address.host) && noSuchAddress.has(code)) return undefined
    if (code === 'EADDRINUSE') throw new PortInUse(spec.name, address, { cause: error })
    const where = `${address.host} port ${address.port}`
    throw new Error(`${spec.name}: cannot listen on ${where}: ${code || 'unknown error'}`, { cause: error })
  }
}

function boundSockets(
  name: string,
  servers: readonly net.Server[],
  addresses: readonly [BoundAddress, ...BoundAddress[]],
): BoundSockets {
  const waiting = new Set<net.Socket>()
  let accept: ((socket: net.Socket) => void) | undefined
  const onConnection = (socket: net.Socket): void => {
    if (accept !== undefined) return accept(socket)
    if (waiting.size >= maxWaiting) return void socket.destroy()
    waiting.add(socket)
    socket.once('error', () => socket.destroy())
    socket.once('close', () => waiting.delete(socket))
  }
  for (const server of servers) {
    server.on('connection', onConnection)
    // Out of file descriptors: Node drops that connection and goes on listening.
    server.on('error', () => undefined)
  }
  return {
    name,
    addresses,
    serve(handler, reading = 'now') {
      accept = (socket) => {
        if (reading === 'now') beginReading(socket)
        handler(socket)
      }
      const early = [...waiting]
      waiting.clear()
      for (const socket of early) accept(socket)
    },
    async close() {
      for (const socket of waiting) socket.destroy()
      await Promise.all(servers.map(close))
    },
  }
}

/** Reads into the socket's buffer until somebody listens, as a socket does that was not accepted paused. */
function beginReading(socket: net.Socket): void {
  Object.assign(socket, { readableFlowing: null })
  socket.read(0)
}

/** Resolves once the port is free; connections that are still open do not hold it. */
function close(server: net.Server): Promise<void> {
  server.close()
  return Promise.resolve()
}

function portOf(server: net.Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP server')
  return address.port
}
