import assert from 'node:assert/strict'

/** A value of a response as a client reads it: strings as octets, NIL as null, what is an atom as `{ atom }`. */
export type Value = string | null | { readonly atom: string } | readonly Value[]

/** Reads exactly one value by the grammar of RFC 9051 §9, where addresses and bodies may have nothing between them. */
export function readValue(text: string): Value {
  const open: Value[][] = [[]]
  const add = (value: Value): void => void open.at(-1)?.push(value)
  let at = 0
  while (at < text.length) {
    const character = text.charAt(at)
    if (character === '(') open.push([])
    else if (character === ')') add(open.pop() ?? assert.fail('a parenthesis too many'))
    else if (character !== ' ') {
      const token = tokenAt(text, at)
      add(token.value)
      at = token.end
      continue
    }
    at++
  }
  assert.equal(open.length, 1, 'a parenthesis is open')
  assert.equal(open[0]?.length, 1, 'one value')
  return open[0][0] ?? null
}

const size = /\{(\d+)\}\r\n/y
const quoted = /"((?:[^"\\\r\n\x80-\xff]|\\["\\])*)"/y
const atom = /[^\s"(){\\\x80-\xff]+/y

function tokenAt(text: string, at: number): { value: Value; end: number } {
  for (const pattern of [size, quoted, atom]) pattern.lastIndex = at
  const literal = size.exec(text)
  if (literal !== null) {
    const end = size.lastIndex + Number(literal[1])
    assert.ok(end <= text.length)
    return { value: text.slice(size.lastIndex, end), end }
  }
  const string = quoted.exec(text)
  if (string !== null) return { value: (string[1] ?? '').replace(/\\(["\\])/g, '$1'), end: quoted.lastIndex }
  const word = atom.exec(text)?.[0] ?? assert.fail(`at ${at}: ${text.slice(at, at + 40)}`)
  return { value: word === 'NIL' ? null : { atom: word }, end: at + word.length }
}
