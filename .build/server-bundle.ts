import { build, type BuildOptions, type Metafile, type OutputFile } from 'esbuild'
import { chmod } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { filesUnder, root, writeOutputs, type Output } from './files.ts'

export interface ServerBuild extends BuildOptions {
  readonly entryPoints: Record<string, string>
  readonly metafile: true
  readonly write: false
}

/**
 * The server's bundle: every output flat in `dist/`. What npm brings is bundled too, except for libsql with its native
 * library: a bundle starts a quarter faster, and an installation is a handful of packages without install scripts.
 *
 * Entry points are `src/cli/main.ts`, what the package exports, and each `*-thread.ts` and `*-process.ts` in `src/`: modules that
 * run in a worker thread or a process of their own. Who starts one takes its address from its own: `./name-thread.ts`
 * from source, `./name-thread.js` from the bundle.
 */
export async function serverBuild(): Promise<ServerBuild> {
  const starts = (await filesUnder('src')).filter((file) => /-(?:thread|process)\.ts$/.test(file))
  return {
    absWorkingDir: root,
    entryPoints: {
      cli: 'src/cli/main.ts',
      index: 'src/index.ts',
      gulp: 'src/gulp/plugin.ts',
      nodemailer: 'src/nodemailer/plugin.ts',
      ...Object.fromEntries(starts.map((file) => [file.slice(file.lastIndexOf('/') + 1, -'.ts'.length), file])),
    },
    outdir: 'dist',
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    minify: true,
    keepNames: true,
    // Their licences are in THIRD-PARTY-LICENSES.txt.
    legalComments: 'none',
    external: ['libsql'],
    // Some of the bundled packages are CommonJS and call require() for Node's own modules.
    banner: {
      js: "import{createRequire as bundledRequire}from'node:module';const require=bundledRequire(import.meta.url);",
    },
    metafile: true,
    write: false,
    logLevel: 'warning',
  }
}

/** Builds the server. @returns what went into it. */
export async function buildServer(): Promise<Metafile> {
  const result = await build(await serverBuild())
  await writeServer(result.outputFiles)
  return result.metafile
}

/** Writes what a build, or a rebuild of its context, made. */
export async function writeServer(files: readonly OutputFile[]): Promise<void> {
  await writeOutputs(files.map(distOutput), (path) => !path.includes('/') && path.endsWith('.js'))
  await chmod(join(root, 'dist/cli.js'), 0o755)
}

/** An output file of esbuild by its place in `dist/`. */
export function distOutput(file: OutputFile): Output {
  return { path: relative(join(root, 'dist'), file.path).split(sep).join('/'), contents: file.contents }
}
