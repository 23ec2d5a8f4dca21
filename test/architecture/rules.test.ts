import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as rules from './rules.ts'
import { parseTree, readTree } from './source.ts'

const product = readTree(['src', 'ui'])
const sources = parseTree(product)
const everything = readTree(['src', 'ui', 'test'])
const src = new Map([...product].filter(([path]) => path.startsWith('src/')))

const document = (path: string): string => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')

describe('architecture', () => {
  const none = (name: string, check: () => readonly string[]): void => {
    it(name, () => assert.deepEqual(check(), []))
  }
  none('imports follow the table', () => rules.layering(sources))
  none('packages enter at their owners', () => rules.packageOwners(sources))
  none('the file system is touched by its owners', () => rules.fileSystemUse(sources))
  none('commands do not import each other', () => rules.commandIndependence(sources))
  none('there are no cycles', () => rules.cycles(sources))
  none('names tell what is inside', () => rules.tellingNames([...everything.keys()]))
  none('files and functions are small', () => rules.sizes(parseTree(everything)))
  none('every standard cited is in the index', () => rules.citedStandards(src, document('src/RFC.md')))
  none('every folder is on the map', () => rules.mappedFolders([...src.keys()], document('src/README.md')))
  it('the map fits in one reading', () => assert.ok(document('src/README.md').trimEnd().split('\n').length <= 150))
})
