/** Run by `hostile.test.ts` with a small stack: deep and long input of every kind must parse all the same. */
import { parseAddressList } from '../../src/mime/address.ts'
import { htmlToText } from '../../src/mime/html-text.ts'
import { contents, files, walk } from '../../src/mime/parts.ts'
import { scanMessage } from '../../src/mime/scanner.ts'
import { summarize } from '../../src/mime/summary.ts'
import { deepMessages, nestedMultiparts, siblings } from './hostile.ts'
import { lines } from './corpus.ts'

const quoted = `Content-Type: text/plain; name="${'a\\"'.repeat(600_000)}"`
for (const octets of [nestedMultiparts(10_000), deepMessages(10_000), siblings(50_000), lines(quoted, '')]) {
  // Deeper than any real limit, so that the code is what holds, not the ceiling.
  const tree = scanMessage(octets, { depth: 20_000, parts: 100_000 })
  summarize(tree, (start, end) => octets.subarray(start, end))
  contents(tree)
  files(tree)
  for (const part of walk(tree)) if (part.end > tree.octets) throw new Error('outside')
}
parseAddressList(`${'('.repeat(100_000)}a@b${')'.repeat(100_000)}`)
parseAddressList('<'.repeat(100_000))
htmlToText('<div>'.repeat(100_000))
process.stdout.write('parsed\n')
