import { mkdir, rm } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { read, root, writeOutputs, type Output } from './files.ts'
import { node } from './process.ts'

const cache = 'node_modules/.cache/stuntmail/types'

/** A relative import as the compiler writes it: `from './x.ts'`, `import("./x.ts")`. */
const relativeImport = /(\bfrom |\bimport\(|^import )(["'])(\.[^"']+)\.ts\2/gm
const packageImport = /(?:\bfrom |\bimport\(|^import )["'](?!\.|node:)([^"']+)["']/m

/**
 * Writes the declarations of what the package exports, and of what they refer to, to `dist/types/`. They are not checked here.
 * @throws when one of them refers to a package: those are bundled, so users do not have them.
 */
export async function buildTypes(): Promise<void> {
  await rm(join(root, cache), { recursive: true, force: true })
  await mkdir(join(root, cache), { recursive: true })
  await node(['node_modules/typescript/bin/tsc', '-p', '.build/tsconfig.types.json'])
  const outputs = new Map<string, Output>()
  for (const entry of ['index.d.ts', 'gulp/plugin.d.ts', 'nodemailer/plugin.d.ts']) await collect(entry, outputs)
  await writeOutputs([...outputs.values()], (path) => path.startsWith('types/'))
}

// The compiler writes a file for everything that was read, also for what no public declaration refers to.
async function collect(file: string, outputs: Map<string, Output>): Promise<void> {
  const path = `types/${file}`
  if (outputs.has(path)) return
  const text = await read(`${cache}/${file}`)
  const [, name] = packageImport.exec(text) ?? []
  if (name !== undefined) throw new Error(`The public declarations refer to the package ${name}, in ${file}`)
  outputs.set(path, { path, contents: Buffer.from(text.replaceAll(relativeImport, '$1$2$3.js$2')) })
  for (const [, , , target = ''] of text.matchAll(relativeImport)) {
    await collect(posix.join(posix.dirname(file), `${target}.d.ts`), outputs)
  }
}
