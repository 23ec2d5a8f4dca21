import { Transform } from 'node:stream'
import { asPluginError } from './plugin-error.ts'
import type { Vinyl } from './vinyl.ts'

export interface PluginSteps {
  /** Of errors. */
  readonly plugin: string
  /** One file after the other. @returns what goes on: the file, or nothing. */
  file(file: Vinyl): Promise<Vinyl | undefined>
  /** When the last file has gone on. */
  end?(): Promise<void>
  /** Whichever way it ended. */
  close?(): void
}

/**
 * Files in, files out. An error is a plugin error, and ends what it is piped to as well: a task that returns a bare
 * `.pipe()` chain fails with it, where it would never end otherwise, and a watch would never run it again.
 */
export function pluginStream({ plugin, file, end, close }: PluginSteps): Transform {
  const followers = new Set<NodeJS.WritableStream>()
  const settle = <T>(work: Promise<T>, done: (error: Error | null, result?: T) => void, path?: string): void => {
    work.then(
      (result) => process.nextTick(done, null, result),
      (error: unknown) => process.nextTick(done, asPluginError(plugin, error, path)),
    )
  }
  const stream = new Transform({
    objectMode: true,
    transform: (vinyl: Vinyl, _encoding, done) => settle(file(vinyl), done, vinyl.path),
    flush: (done) => settle(end?.() ?? Promise.resolve(), (error) => done(error)),
    destroy(error, done) {
      close?.()
      done(error)
      // After who listens for the error: they may have ended the rest in their own way.
      if (error !== null) setImmediate(() => followers.forEach((follower) => fail(follower, error)))
    },
  })
  const pipe = stream.pipe.bind(stream)
  stream.pipe = (follower, options) => {
    followers.add(follower)
    follower.on('unpipe', (source) => source === stream && !stream.errored && followers.delete(follower))
    return pipe(follower, options)
  }
  return stream
}

function fail(follower: NodeJS.WritableStream & { destroy?(error?: Error): void }, error: Error): void {
  if ('writableEnded' in follower && follower.writableEnded === true) return
  // Gulp runs each task in a domain, which takes one error and not a second: Node notes on an error that one has it.
  follower.destroy?.('domainEmitter' in error ? undefined : error)
}
