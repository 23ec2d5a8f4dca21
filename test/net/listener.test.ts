import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { bind, bindAll, loopbackHosts, PortInUse } from '../../src/net/listener.ts'

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)

async function refuses(port: number, host: string): Promise<boolean> {
  const socket = net.connect(port, host)
  try {
    await once(socket, 'connect')
    return false
  } catch {
    return true
  } finally {
    socket.destroy()
  }
}

test('loopback is IPv4 and, where the machine has it, IPv6, on one free port', async () => {
  const sockets = await bind({ name: 'smtp', hosts: loopbackHosts, port: 0 })
  const [first, second] = sockets.addresses
  assert.equal(first.host, '127.0.0.1')
  assert.ok(first.port > 0)
  assert.deepEqual(second, hasIpv6 ? { host: '::1', port: first.port } : undefined)
  await sockets.close()
  assert.ok(await refuses(first.port, '127.0.0.1'))
})

test('localhost stands for both, and no address is bound twice', async () => {
  const sockets = await bind({ name: 'smtp', hosts: ['localhost', '127.0.0.1'], port: 0 })
  assert.equal(sockets.addresses.length, hasIpv6 ? 2 : 1)
  await sockets.close()
})

test('REL-10: a port in use names the listener, host and port, and leaves nothing bound', async () => {
  const holder = await bind({ name: 'holder', hosts: ['127.0.0.1'], port: 0 })
  const free = await bind({ name: 'free', hosts: ['127.0.0.1'], port: 0 })
  const [taken, other] = [holder.addresses[0].port, free.addresses[0].port]
  await free.close()
  const specs = [
    { name: 'smtp', hosts: ['127.0.0.1'], port: other },
    { name: 'http', hosts: ['127.0.0.1'], port: taken },
  ]
  await assert.rejects(bindAll(specs), (error) => {
    assert.ok(error instanceof PortInUse)
    assert.deepEqual([error.listener, error.host, error.port], ['http', '127.0.0.1', taken])
    assert.match(error.message, new RegExp(`http: port ${taken} on 127\\.0\\.0\\.1`))
    return true
  })
  assert.ok(await refuses(other, '127.0.0.1'), 'the first one is free again')
  assert.equal(await refuses(taken, '127.0.0.1'), false, 'control: what listens is seen')
  await holder.close()
  const [again] = await bindAll(specs.slice(1))
  assert.equal(again?.addresses[0].port, taken, 'control: once it is free it can be had')
  await again.close()
})

test('REL-10: with fallback the next port that is free on every host is taken', async () => {
  const holder = await bind({ name: 'holder', hosts: ['127.0.0.1'], port: 0 })
  const { port } = holder.addresses[0]
  const spec = { name: 'smtp', hosts: ['localhost'], port }
  await assert.rejects(bind(spec), PortInUse, 'control: without it none is taken')
  const next = await bind({ ...spec, fallback: true })
  const [{ port: taken }] = next.addresses
  assert.ok(taken > port && taken <= port + 100, `${taken} after ${port}`)
  for (const address of next.addresses) assert.equal(address.port, taken)
  await Promise.all([next.close(), holder.close()])
})

test('REL-10: where no port above is free either, the one that was wanted is named', async () => {
  const holder = await bind({ name: 'holder', hosts: ['127.0.0.1'], port: 65_535 })
  await assert.rejects(bind({ name: 'smtp', hosts: ['127.0.0.1'], port: 65_535, fallback: true }), (error) => {
    assert.ok(error instanceof PortInUse)
    assert.equal(error.port, 65_535)
    return true
  })
  await holder.close()
})

test('a connection that comes before serve waits for it', async () => {
  const sockets = await bind({ name: 'smtp', hosts: ['127.0.0.1'], port: 0 })
  const client = net.connect(sockets.addresses[0].port, '127.0.0.1')
  await once(client, 'connect')
  client.write('early')
  const served = new Promise<net.Socket>((resolve) => sockets.serve(resolve))
  const socket = await served
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  assert.equal(chunk.toString(), 'early')
  socket.destroy()
  client.destroy()
  await sockets.close()
})

test('who listens on every address of one family listens on those of the other too', async () => {
  for (const host of ['0.0.0.0', '::']) {
    const sockets = await bind({ name: 'smtp', hosts: [host], port: 0 })
    assert.equal(sockets.addresses[0].host, '0.0.0.0')
    for (const { host: bound, port } of sockets.addresses) {
      const client = net.connect(port, bound === '::' ? '::1' : '127.0.0.1')
      await once(client, 'connect')
      client.destroy()
    }
    await sockets.close()
  }
})

test('closing leaves connections that are served alone', async () => {
  const sockets = await bind({ name: 'smtp', hosts: ['127.0.0.1'], port: 0 })
  const accepted = new Promise<net.Socket>((resolve) => sockets.serve(resolve))
  const client = net.connect(sockets.addresses[0].port, '127.0.0.1')
  const socket = await accepted
  await sockets.close()
  socket.write('still here')
  const [chunk] = (await once(client, 'data')) as [Buffer]
  assert.equal(chunk.toString(), 'still here')
  socket.destroy()
  client.destroy()
})

test('a host that this machine does not have is an error that says so', async () => {
  await assert.rejects(
    bind({ name: 'smtp', hosts: ['192.0.2.1'], port: 0 }),
    /smtp: cannot listen on 192\.0\.2\.1 port 0/,
  )
})
