/** Multiparts in multiparts, each with its own boundary. */
export function nestedMultiparts(depth: number): Buffer {
  const content: string[] = []
  for (let level = 0; level < depth; level++) {
    content.push(`Content-Type: multipart/mixed; boundary=b${level}`, '', `--b${level}`)
  }
  return Buffer.from([...content, '', 'Deep', ''].join('\r\n'))
}

/** Messages in messages. */
export function deepMessages(depth: number): Buffer {
  return Buffer.from(`${'Content-Type: message/rfc822\r\n\r\n'.repeat(depth)}A: b\r\n\r\nDeep\r\n`)
}

/** One multipart with that many parts. */
export function siblings(count: number, part: readonly string[] = ['', 'x']): Buffer {
  const one = ['--b', ...part].map((line) => `${line}\r\n`).join('')
  return Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${one.repeat(count)}--b--\r\n`)
}
