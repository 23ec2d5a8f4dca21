/** What is bundled and what users install, read from the lockfile (SUP-5). */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

interface Locked {
  readonly version?: string
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
  readonly resolved?: string
  readonly integrity?: string
}

const lockfile = readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')
const { packages } = JSON.parse(lockfile) as { readonly packages: Readonly<Record<string, Locked>> }

/** Lowest versions without a published vulnerability that touches us. */
const lowest: Readonly<Record<string, string>> = {
  ws: '8.21.1',
  'socket.io-parser': '4.2.7',
  'engine.io': '6.6.9',
  dompurify: '3.4.17',
}

describe('lockfile', () => {
  for (const [name, version] of Object.entries(lowest)) {
    it(`has ${name} at ${version} or newer, everywhere`, () => {
      const found = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`))
      assert.ok(found.length > 0)
      for (const [path, locked] of found) {
        assert.ok(compare(locked.version ?? '0', version) >= 0, `${path} is ${String(locked.version)}`)
      }
    })
  }

  it('has no install script in what users install', () => {
    const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true)
    assert.ok(installed.some(([path]) => path === 'node_modules/libsql'))
    assert.deepEqual(
      installed.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path),
      [],
    )
  })

  it('has a hash of each package', () => {
    const bare = Object.entries(packages).filter(([path, { integrity }]) => path !== '' && integrity === undefined)
    assert.deepEqual(
      bare.map(([path]) => path),
      [],
    )
  })

  it('names no registry', () => {
    assert.deepEqual(
      Object.values(packages).filter(({ resolved }) => resolved !== undefined),
      [],
    )
  })
})

it('versions are compared by number', () => {
  assert.ok(compare('8.21.1', '8.21.1') === 0 && compare('8.9.0', '8.21.1') < 0 && compare('10.0.0', '9.9.9') > 0)
})

function compare(a: string, b: string): number {
  const [left = [], right = []] = [a, b].map((version) => version.split('.').map(Number))
  const at = left.findIndex((number, index) => number !== right[index])
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0)
}
