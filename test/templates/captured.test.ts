/** What a captured message says of its template. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MessageScanner } from '../../src/mime/scanner.ts'
import { tieOf, type Tie } from '../../src/templates/captured.ts'

function tie(...fields: string[]): Tie | undefined {
  const scanner = new MessageScanner()
  scanner.push(Buffer.from([...fields, '', ''].join('\r\n')))
  return tieOf(scanner.end().root, 'key')
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url')
const template = 'x-stuntmail-template: users/welcome'

describe('the template of a captured message', () => {
  it('is none where none is named', () => {
    assert.equal(tie('Subject: x', `X-Stuntmail-Data: ${base64url('{}')}`), undefined)
    assert.equal(tie('X-Stuntmail-Template:'), undefined)
  })
  it('has the default fixture, or the one that is named, in a language', () => {
    assert.deepEqual(tie(template), {
      ...{ template: 'users/welcome', fixture: 'default', locale: '' },
      ...{ by: 'header', data: undefined, problem: undefined },
    })
    const named = tie(template, 'X-Stuntmail-Fixture: vip', 'X-Stuntmail-Locale: de')
    assert.deepEqual([named?.fixture, named?.locale], ['vip', 'de'])
  })
  it('has data of its own, folded or not, in both alphabets of base64', () => {
    const data = { name: 'Zoë', bits: '>>>???' }
    const text = JSON.stringify(data)
    for (const body of [
      base64url(text),
      Buffer.from(text).toString('base64'),
      base64url(text).replace(/.{8}/g, '$&\r\n\t'),
    ]) {
      const found = tie(template, `X-Stuntmail-Data: ${body}`)
      assert.deepEqual([found?.fixture, JSON.parse(JSON.stringify(found?.data))], ['@key', data])
    }
  })
  it('has data without prototypes', () => {
    const found = tie(template, `X-Stuntmail-Data: ${base64url('{"__proto__":{"polluted":1}}')}`)
    assert.deepEqual(Object.keys(found?.data ?? {}), ['__proto__'])
    assert.equal('polluted' in {}, false)
  })
  const bad = [
    ['!', 'X-Stuntmail-Data is not base64url'],
    [base64url('[1]'), 'X-Stuntmail-Data is no JSON object'],
    [base64url('"x"'), 'X-Stuntmail-Data is no JSON object'],
    [base64url('{"a":'), /^X-Stuntmail-Data is no JSON: /],
    ['', /^X-Stuntmail-Data is no JSON: /],
    [base64url('[{"a":'.repeat(40)), /is no JSON: The JSON is nested more than 64 levels deep/],
  ] as const
  for (const [body, problem] of bad) {
    it(`says that ${problem.toString()} (${body})`, () => {
      const found = tie(template, `X-Stuntmail-Data: ${body}`)
      assert.equal(found?.data, undefined)
      if (typeof problem === 'string') assert.equal(found?.problem, problem)
      else assert.match(found?.problem ?? '', problem)
    })
  }
})
