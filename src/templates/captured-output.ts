/** Most that is kept of what a rendering writes, in UTF-16 code units. */
const maxLength = 4096

/** What templates write to the standard streams of the process, instead of writing it. */
export interface CapturedOutput {
  /** What was written since the last time. */
  take(): string
}

/** Takes over standard output and standard error of this process, the console's with them. */
export function captureOutput(): CapturedOutput {
  let text = ''
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
      if (text.length < maxLength) text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
      const written = rest.find((argument) => typeof argument === 'function')
      if (written !== undefined) queueMicrotask(() => void Reflect.apply(written, undefined, []))
      return true
    }
  }
  return {
    take() {
      const taken = text.slice(0, maxLength)
      text = ''
      return taken
    },
  }
}
