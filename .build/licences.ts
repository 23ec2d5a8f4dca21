import type { Metafile } from 'esbuild'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root, writeOutputs } from './files.ts'

/** Licences that what we ship may have. Those of a package that offers a choice are in brackets, `(A OR B)`. */
const allowed = new Set(['MIT', 'MIT-0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'Apache-2.0', '0BSD'])

/** Shipped without esbuild knowing: the shapes of the icons. */
const besides = ['node_modules/lucide-static']

const file = 'THIRD-PARTY-LICENSES.txt'

interface Package {
  readonly name: string
  readonly version: string
  readonly licence: string
  readonly text: string
}

/**
 * Writes the licences of every package that esbuild put into the outputs. @throws when one of them has none that is
 * allowed. @returns how many packages there are.
 */
export async function writeLicences(metafiles: readonly Metafile[]): Promise<number> {
  const folders = new Set([...besides, ...metafiles.flatMap(shippedFiles).flatMap(packageFolder)])
  const packages = await Promise.all([...folders].sort().map(readPackage))
  const refused = packages.filter(({ licence }) => !choicesOf(licence).some((choice) => allowed.has(choice)))
  if (refused.length > 0) {
    throw new Error(`Not to be shipped: ${refused.map(({ name, licence }) => `${name} (${licence})`).join(', ')}`)
  }
  const head = 'Stuntmail contains these packages, each under its own licence.\n'
  const contents = Buffer.from([head, ...packages.map(entry)].join(`\n${'-'.repeat(80)}\n\n`))
  await writeOutputs([{ path: file, contents }], (path) => path === file)
  return packages.length
}

/** `(MIT OR GPL-3.0)`; older packages put an address in brackets behind the name. */
const choicesOf = (licence: string): readonly string[] => licence.split(/ OR |[()]/).map((choice) => choice.trim())

/** Inputs that left at least one octet in an output. */
function shippedFiles(metafile: Metafile): readonly string[] {
  return Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  )
}

function packageFolder(path: string): readonly string[] {
  const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]
  return folder === undefined ? [] : [folder]
}

async function readPackage(folder: string): Promise<Package> {
  const manifest: unknown = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
  const { name, version, license } = manifest as Readonly<Record<string, unknown>>
  const names = (await readdir(join(root, folder))).filter((found) => /^(?:licen[cs]e|copying|notice)/i.test(found))
  const texts = await Promise.all(names.sort().map((found) => readFile(join(root, folder, found), 'utf8')))
  return {
    name: String(name),
    version: String(version),
    licence: typeof license === 'string' ? license : 'none',
    text: texts.join('\n').trim(),
  }
}

function entry({ name, version, licence, text }: Package): string {
  return `${name} ${version}\nLicence: ${licence}\n\n${text === '' ? '(The package has no licence file of its own.)' : text}\n`
}
