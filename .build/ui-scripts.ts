import { build, type BuildOptions, type Metafile } from 'esbuild'
import { root, type Output } from './files.ts'
import { distOutput } from './server-bundle.ts'

/** Browsers the UI is built for, as esbuild names them. */
export const targets = ['chrome111', 'firefox115', 'safari16.4']

/** The UI's modules: `main-<hash>.js` is loaded by the page, the chunks are loaded by it. */
export interface Scripts {
  readonly outputs: readonly Output[]
  readonly metafile: Metafile
  /** Relative to `dist/`. */
  readonly main: string
  /** The main module and what it imports statically: what a browser has to load before it shows anything. */
  readonly first: readonly string[]
}

/** Options of esbuild for `ui/main.tsx`, for a build or for a context that rebuilds. */
export function scriptsBuild(): BuildOptions & { readonly metafile: true; readonly write: false } {
  return {
    absWorkingDir: root,
    entryPoints: { main: 'ui/main.tsx' },
    outdir: 'dist/ui',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: targets,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"' },
    metafile: true,
    write: false,
    logLevel: 'warning',
  }
}

export async function buildScripts(): Promise<Scripts> {
  const { outputFiles, metafile } = await build(scriptsBuild())
  const [main] = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === 'ui/main.tsx') ?? []
  if (main === undefined) throw new Error('ui/main.tsx gave no output')
  return {
    outputs: outputFiles.map(distOutput),
    metafile,
    main: withoutDist(main),
    first: [...closure(main, metafile)].map(withoutDist),
  }
}

function closure(file: string, metafile: Metafile, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found
  found.add(file)
  for (const { path, kind } of metafile.outputs[file]?.imports ?? []) {
    if (kind === 'import-statement') closure(path, metafile, found)
  }
  return found
}

function withoutDist(path: string): string {
  return path.slice('dist/'.length)
}
