/** Saves a file in place, whole, each time it is told to on standard input: a line with what its first word shall be. */
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

const [file = '', octets = '0'] = process.argv.slice(2)
for await (const word of createInterface({ input: process.stdin })) {
  writeFileSync(file, `${word} ${'x'.repeat(Number(octets) - 2 * word.length - 2)} ${word}`)
}
