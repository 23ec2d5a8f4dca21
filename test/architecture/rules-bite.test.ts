/** Each rule reports a tree that breaks it, and nothing of the same tree put right. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Layer } from './layers.ts'
import * as rules from './rules.ts'
import { parseTree, type Source } from './source.ts'

const parse = (files: Readonly<Record<string, string>>): readonly Source[] => parseTree(new Map(Object.entries(files)))

const table: Readonly<Record<string, Layer>> = {
  low: { imports: [] },
  high: { imports: ['low'], types: ['seen'] },
  seen: { imports: [] },
}
const ground = { 'src/low/a.ts': '', 'src/seen/a.ts': '', 'src/high/a.ts': '' }
const layering = (files: Readonly<Record<string, string>>): readonly string[] =>
  rules.layering(parse({ ...ground, ...files }), table)

describe('layers', () => {
  const cases: readonly [name: string, path: string, text: string, violations: readonly string[]][] = [
    ['allowed', 'src/high/a.ts', "import { a } from '../low/a.ts'", []],
    ['upward', 'src/low/a.ts', "import { a } from '../high/a.ts'", ['src/low/a.ts: may not import high/a.ts']],
    [
      'upward, types',
      'src/low/a.ts',
      "import type { A } from '../high/a.ts'",
      ['src/low/a.ts: may not import high/a.ts'],
    ],
    [
      'upward, again exported',
      'src/low/a.ts',
      "export { a } from '../high/a.ts'",
      ['src/low/a.ts: may not import high/a.ts'],
    ],
    ['upward, at run time', 'src/low/a.ts', "void import('../high/a.ts')", ['src/low/a.ts: may not import high/a.ts']],
    [
      'upward, in a type',
      'src/low/a.ts',
      "type A = import('../high/a.ts').A",
      ['src/low/a.ts: may not import high/a.ts'],
    ],
    ['types only', 'src/high/a.ts', "import type { A } from '../seen/a.ts'", []],
    ['types only, each marked', 'src/high/a.ts', "import { type A } from '../seen/a.ts'", []],
    [
      'a value',
      'src/high/a.ts',
      "import { a, type A } from '../seen/a.ts'",
      ['src/high/a.ts: may import only types of seen/a.ts'],
    ],
    ['a leaf', 'src/low/a.ts', "import { a } from '../clock.ts'", []],
    [
      'outside',
      'src/low/a.ts',
      "import { a } from '../../test/a.ts'",
      ['src/low/a.ts: imports test/a.ts from outside of src/'],
    ],
  ]
  for (const [name, path, text, violations] of cases) {
    it(name, () => assert.deepEqual(layering({ [path]: text }), violations))
  }
  it('a folder without a row', () => {
    assert.deepEqual(layering({ 'src/new/a.ts': '' }), ['new: has no row in layers.ts'])
  })
  it('a row without a folder', () => {
    assert.deepEqual(rules.layering(parse({ 'src/low/a.ts': '', 'src/high/a.ts': '' }), table), [
      'seen: has a row in layers.ts, and nothing in it',
    ])
  })
})

describe('packages', () => {
  const cases: readonly [path: string, specifier: string, allowed: boolean][] = [
    ['src/http/server.ts', 'express', true],
    ['src/http/router.ts', 'express', false],
    ['src/smtp/engine.ts', 'smtp-server/lib/smtp-connection', true],
    ['src/store/sqlite/driver.ts', 'node:sqlite', true],
    ['src/store/sqlite/core.ts', 'node:sqlite', false],
    ['src/mime/parts.ts', 'unheard-of', false],
    ['src/mime/parts.ts', '@unheard/of', false],
    ['src/mime/parts.ts', 'node:buffer', true],
  ]
  for (const [path, specifier, allowed] of cases) {
    it(`${path} ${allowed ? 'may' : 'may not'} import ${specifier}`, () => {
      const found = rules.packageOwners(parse({ [path]: `import a from '${specifier}'` }))
      assert.equal(found.length, allowed ? 0 : 1)
    })
  }
})

describe('other rules', () => {
  const cases: readonly [
    name: string,
    rule: (sources: readonly Source[]) => readonly string[],
    bad: Readonly<Record<string, string>>,
    good: Readonly<Record<string, string>>,
  ][] = [
    [
      'file system',
      rules.fileSystemUse,
      { 'src/mime/a.ts': "import 'node:fs/promises'" },
      { 'src/config/a.ts': "import 'node:fs'" },
    ],
    [
      'commands',
      rules.commandIndependence,
      { 'src/cli/commands/a.ts': "import './b.ts'" },
      { 'src/cli/commands/a.ts': "import '../b.ts'" },
    ],
    [
      'cycle',
      rules.cycles,
      { 'src/a.ts': "import './b.ts'", 'src/b.ts': "import type { A } from './a.ts'" },
      { 'src/a.ts': "import './b.ts'", 'src/b.ts': '' },
    ],
    ['cycle of one', rules.cycles, { 'src/a.ts': "import './a.ts'" }, { 'src/a.ts': '' }],
    ['long file', rules.sizes, { 'src/a.ts': 'a\n'.repeat(401) }, { 'src/a.ts': 'a\n'.repeat(400) }],
    ['long view', rules.sizes, { 'ui/views/a.tsx': 'a\n'.repeat(201) }, { 'ui/parts/a.tsx': 'a\n'.repeat(201) }],
    ['long test', rules.sizes, { 'test/a.ts': 'a\n'.repeat(301) }, { 'test/a.ts': 'a\n'.repeat(300) }],
    [
      'long function',
      rules.sizes,
      { 'src/a.ts': `function a() {\n${'a\n'.repeat(59)}}` },
      { 'src/a.ts': `function a() {\n${'a\n'.repeat(58)}}` },
    ],
  ]
  for (const [name, rule, bad, good] of cases) {
    it(name, () => {
      assert.equal(rule(parse(bad)).length, 1)
      assert.deepEqual(rule(parse(good)), [])
    })
  }
  it('empty names', () => {
    assert.equal(rules.tellingNames(['src/utils/a.ts', 'src/mime/helpers.ts', 'src/mime/date.ts']).length, 2)
  })
  it('standards that are not listed', () => {
    const tree = new Map([['src/a.ts', '// RFC 5321 §4.2 and RFC 9999']])
    assert.deepEqual(rules.citedStandards(tree, '| RFC 5321 |'), ['src/a.ts: RFC 9999 is not in src/RFC.md'])
  })
  it('folders that are not on the map', () => {
    assert.deepEqual(rules.mappedFolders(['src/a/x.ts', 'src/a/b/x.ts', 'src/x.ts'], '`a/`'), [
      'a/b/: is not in src/README.md',
    ])
  })
})
