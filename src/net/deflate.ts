/** COMPRESS=DEFLATE, RFC 4978: raw DEFLATE (RFC 1951) both ways over a socket. */
import { Duplex } from 'node:stream'
import type net from 'node:net'
import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib'

/** What may come out of one octet beyond the first MiB of a burst. IMAP-6. */
const maxRatio = 100
const freeOctets = 1024 * 1024

/**
 * @param early octets that were read from the socket already, and are compressed.
 * The stream fails where what comes in inflates beyond reason.
 */
export function deflated(socket: net.Socket, early: readonly Buffer[]): Duplex {
  const inflate = createInflateRaw({ finishFlush: constants.Z_SYNC_FLUSH })
  const deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH, level: 6 })
  let taken = 0
  let given = 0
  const stream = new Duplex({
    read: () => void inflate.resume(),
    write(chunk: Buffer, _encoding, done) {
      if (deflate.write(chunk)) done()
      else deflate.once('drain', done)
    },
    final(done) {
      deflate.end(done)
    },
    destroy(error, done) {
      inflate.destroy()
      deflate.destroy()
      socket.destroy()
      done(error)
    },
    decodeStrings: true,
    allowHalfOpen: true,
  })
  inflate.on('data', (chunk: Buffer) => {
    given += chunk.length
    if (given > freeOctets + taken * maxRatio) {
      stream.destroy(new Error('The compressed octets inflate beyond reason'))
      return
    }
    if (!stream.push(chunk)) inflate.pause()
  })
  inflate.on('end', () => stream.push(null))
  inflate.on('error', (error) => stream.destroy(error))
  deflate.on('error', (error) => stream.destroy(error))
  const feed = (chunk: Buffer): void => {
    taken += chunk.length
    if (!inflate.write(chunk)) {
      socket.pause()
      inflate.once('drain', () => socket.resume())
    }
  }
  for (const chunk of early) feed(chunk)
  socket.on('data', feed)
  socket.on('end', () => inflate.end())
  socket.on('close', () => stream.destroy())
  deflate.pipe(socket)
  socket.resume()
  return stream
}
