import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MalformedData } from '../../src/templates/malformed-data.ts'
import { parseJson } from '../../src/templates/json-data.ts'
import { parseYaml } from '../../src/templates/yaml.ts'
import { fc } from '../support/properties.ts'

const faultOf = (parse: (text: string) => unknown, text: string): MalformedData => {
  try {
    parse(text)
  } catch (error) {
    assert.ok(error instanceof MalformedData)
    return error
  }
  return assert.fail(`${text} was taken`)
}

describe('JSON data', () => {
  const cases: readonly [text: string, line: number, column: number, message: RegExp][] = [
    ['', 1, 1, /ends where a value/],
    ['{"a":1,}', 1, 8, /one too many/],
    ['{"a" 1}', 1, 6, /a colon/],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, /a comma or \}/],
    ['{\r\n  "a": tru\r\n}', 2, 8, /a value, and found t/],
    ['[1, 2', 1, 6, /a comma or \]/],
    ['[1,]', 1, 4, /a value/],
    ['{"a": 1]', 1, 8, /found \]/],
    ['{"a": 1}}', 1, 9, /the end/],
    ["{'a': 1}", 1, 2, /double quotes/],
    ['// note\n{}', 1, 1, /no comments/],
    ['{"a": "x\ny"}', 1, 7, /does not end/],
    ['{"a": 01}', 1, 7, /found 0/],
    ['{"a": NaN}', 1, 7, /found N/],
  ]
  for (const [text, line, column, message] of cases) {
    it(JSON.stringify(text), () => {
      const fault = faultOf(parseJson, text)
      assert.deepEqual([fault.line, fault.column], [line, column])
      assert.match(fault.message, message)
    })
  }

  it('nests 64 levels deep and no deeper', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
    assert.ok(Array.isArray(parseJson(nested(64))))
    const fault = faultOf(parseJson, `{\n  "a": ${nested(64)}\n}`)
    assert.deepEqual([fault.line, fault.column], [2, 71])
    assert.match(fault.message, /more than 64 levels/)
    assert.match(faultOf(parseJson, '['.repeat(100_000)).message, /more than 64 levels/)
    assert.equal(parseJson(`"${'['.repeat(100)}"`), '['.repeat(100))
  })

  it('what is JSON is read, with or without a byte order mark', () => {
    assert.deepEqual(parseJson('\uFEFF{"a": [1, "x", null]}'), { a: [1, 'x', null] })
  })

  it('any text cut short has its fault at the end or before', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, cut) => {
        const short = `[${text}`.slice(0, 1 + (cut % (text.length + 1)))
        assert.ok(faultOf(parseJson, short).column <= short.length + 1)
      }),
    )
  })

  it('a member called __proto__ is a member', () => {
    assert.deepEqual(Object.keys(parseJson('{"__proto__": {"a": 1}}') as object), ['__proto__'])
  })
})

describe('YAML data', () => {
  it('is read as JSON', () => {
    const text = 'name: Ann\nitems: [1, two]\nday: 2026-01-31\nbase: &b {x: 1}\nagain: *b\n'
    assert.deepEqual(parseYaml(text), {
      name: 'Ann',
      items: [1, 'two'],
      day: '2026-01-31',
      base: { x: 1 },
      again: { x: 1 },
    })
  })

  it('says where it is wrong', () => {
    const fault = faultOf(parseYaml, 'a: 1\nb: [1, 2\nc: 3\n')
    assert.equal(fault.line, 3)
  })

  const levels = (depth: number) => Array.from({ length: depth }, (_, index) => index)
  const deep: readonly [name: string, nested: (depth: number) => string][] = [
    ['[', (depth) => '['.repeat(depth) + ']'.repeat(depth)],
    ['{', (depth) => '{a: '.repeat(depth - 1) + '{}' + '}'.repeat(depth - 1)],
    ['- on one line', (depth) => '- '.repeat(depth) + 'x'],
    [
      '- on lines of their own',
      (depth) =>
        levels(depth)
          .map((level) => `${' '.repeat(level)}-\n`)
          .join(''),
    ],
    [
      'names',
      (depth) =>
        levels(depth)
          .map((level) => `${' '.repeat(level)}a:\n`)
          .join(''),
    ],
    ['? on one line', (depth) => '? '.repeat(depth) + 'x'],
  ]
  for (const [name, nested] of deep) {
    it(`nests 64 levels deep and not 10,000: ${name}`, () => {
      if (name !== '? on one line') assert.ok(JSON.stringify(parseYaml(nested(64))).length >= 128)
      for (const depth of [130, 10_000]) {
        const fault = faultOf(parseYaml, `x: 1\ny:\n${nested(depth).replace(/^/gm, '  ')}`)
        assert.match(fault.message, /more than 64 levels/)
        assert.ok(fault.line > 2)
      }
    })
  }

  it('is one document', () => {
    assert.equal(faultOf(parseYaml, 'a: 1\n---\nb: 2\n').line, 2)
    assert.equal(parseYaml(''), null)
  })

  it('refuses what doubles itself', () => {
    const list = (name: string, of: string): string => `${name}: &${name} [${Array(9).fill(of).join(', ')}]\n`
    const text = list('a', '1') + list('b', '*a') + list('c', '*b') + list('d', '*c')
    assert.match(faultOf(parseYaml, text).message, /alias/)
    assert.ok(parseYaml(list('a', '1') + list('b', '*a')) !== null)
  })
})
