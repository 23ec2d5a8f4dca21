import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './files.ts'
import { writeLicences } from './licences.ts'
import { buildServer } from './server-bundle.ts'
import { buildTypes } from './types.ts'
import { assertFirstLoad, buildUi } from './ui-page.ts'

/** Builds `dist/`: server, UI, declarations, and the licences of what is in them. Prints sizes. */
export async function buildAll(): Promise<void> {
  const [server, ui] = await Promise.all([buildServer(), buildUi(), buildTypes()])
  const packages = await writeLicences([server, ui.scripts.metafile])
  const octets = Object.values(server.outputs).reduce((sum, output) => sum + output.bytes, 0)
  console.log(
    `server      ${kilo(octets)} in ${Object.keys(server.outputs).length} files, ${packages} packages bundled`,
  )
  for (const [path, size] of ui.firstLoad) console.log(`${path.padEnd(24)} ${kilo(size)} gzip`)
  console.log(`UI, first load ${kilo(assertFirstLoad(ui))} gzip`)
  // `npm start` compares its time with those of the sources.
  await writeFile(join(root, 'dist/built'), '')
}

function kilo(octets: number): string {
  return `${(octets / 1000).toFixed(1).padStart(6)} kB`
}
