import { build, type Plugin } from 'esbuild'
import { readFile, symlink } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { filesUnder, root, writeOutputs } from './files.ts'
import { distOutput, serverBuild } from './server-bundle.ts'

const folder = 'tests'

/** @param file a test, relative to the project's folder. @returns where it is bundled to, likewise. */
export function bundleOf(file: string): string {
  return `dist/${folder}/${entryName(file)}.js`
}

let bundled: Promise<void> | undefined

/**
 * Bundles every test as the server is bundled, flat in `dist/tests/`, so that each of their processes reads a few files
 * that are JavaScript already instead of compiling hundreds. The product is in there as it is in its own bundle; a test,
 * and what it takes from `test/` and `.build/`, keeps its place, from where it finds its files. Once in a process.
 */
export function bundleTests(): Promise<void> {
  return (bundled ??= bundle())
}

async function bundle(): Promise<void> {
  const tests = (await filesUnder('test')).filter((file) => /\.(?:test|long)\.ts$/.test(file))
  const { entryPoints, ...server } = await serverBuild()
  const starts = Object.entries(entryPoints).filter(([name]) => /-(?:thread|process)$/.test(name))
  const { outputFiles } = await build({
    ...server,
    entryPoints: Object.fromEntries([...starts, ...tests.map((file) => [entryName(file), file] as const)]),
    outdir: join('dist', folder),
    minify: false,
    sourcemap: 'linked',
    plugins: [placesOfTests, packagesOfTests],
  })
  await writeOutputs(outputFiles.map(distOutput), (path) => path.startsWith(`${folder}/`))
  // Beside the server, as in its own bundle.
  await symlink('../ui', join(root, 'dist', folder, 'ui'), 'dir').catch(unlessThere)
}

function entryName(file: string): string {
  return file
    .replace(/^test\//, '')
    .replace(/\.ts$/, '')
    .replaceAll('/', '.')
}

const isOurs = (path: string, ...folders: readonly string[]): boolean =>
  folders.some((each) => path.startsWith(join(root, each) + sep))

/** `import.meta` of tests says where they stand, not where they were bundled to. */
const placesOfTests: Plugin = {
  name: 'places of tests',
  setup(build) {
    build.onLoad({ filter: /\.m?ts$/ }, async ({ path }) => {
      if (!isOurs(path, 'test', '.build')) return undefined
      const source = await readFile(path, 'utf8')
      if (!source.includes('import.meta')) return undefined
      const define = {
        'import.meta.url': JSON.stringify(pathToFileURL(path).href),
        'import.meta.dirname': JSON.stringify(dirname(path)),
      }
      const { code } = await build.esbuild.transform(source, {
        define,
        loader: 'ts',
        sourcefile: path,
        sourcemap: 'inline',
      })
      return { contents: code, loader: 'js' }
    })
  },
}

/** What tests import from npm is left where it is; what the product imports is in its bundle. */
const packagesOfTests: Plugin = {
  name: 'packages of tests',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ kind, importer, path }) =>
      kind === 'entry-point' || !isOurs(importer, 'test', '.build', 'ui') ? undefined : { path, external: true },
    )
  },
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}
