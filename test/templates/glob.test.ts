import assert from 'node:assert/strict'
import { it } from 'node:test'
import { matchesGlob } from '../../src/templates/glob.ts'
import { fc } from '../support/properties.ts'

const cases: readonly [glob: string, matches: readonly string[], others: readonly string[]][] = [
  ['mail/*.jinja', ['mail/a.jinja', 'mail/.jinja'], ['a.jinja', 'mail/x/a.jinja', 'mail/a.jinja2']],
  ['**/*.jinja', ['a.jinja', 'mail/x/a.jinja'], ['a.html']],
  ['mail/**', ['mail/a', 'mail/x/y'], ['other/a']],
  ['mail/**/x/*', ['mail/x/a', 'mail/a/x/b/x/c'], ['mail/x', 'x/a']],
  ['*.{erb,html.erb}', ['a.erb', 'a.html.erb'], ['a.rb', 'x/a.erb']],
  ['{a,b}/{c,d}?', ['a/c1', 'b/d2'], ['a/c', 'c/a1']],
  ['a{b', ['a{b'], ['ab']],
  ['a.b', ['a.b'], ['axb']],
]
for (const [glob, matches, others] of cases) {
  it(glob, () => {
    for (const path of matches) assert.ok(matchesGlob(glob, path), path)
    for (const path of others) assert.ok(!matchesGlob(glob, path), path)
  })
}

it('every path matches itself, and its folder with any name in it', () => {
  const path = fc.array(fc.stringMatching(/^[a-z.]{1,8}$/), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(path, (names) => {
      assert.ok(matchesGlob(names.join('/'), names.join('/')))
      assert.ok(matchesGlob([...names.slice(0, -1), '*'].join('/'), names.join('/')))
      assert.ok(matchesGlob(['**', ...names].join('/'), names.join('/')))
    }),
  )
})

it('a glob of stars against a long name ends soon', () => {
  assert.ok(!matchesGlob(`${'*a'.repeat(500)}b`, 'a'.repeat(5_000)))
})
