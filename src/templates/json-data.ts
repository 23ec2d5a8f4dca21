/** JSON (RFC 8259) with a place for what is wrong, which JSON.parse gives on some versions of Node only. */
import { tooDeep, tooDeepAt } from '../json.ts'
import type { JsonValue } from './engine.ts'
import { MalformedData } from './malformed-data.ts'

/** A byte order mark is passed over. @throws MalformedData. */
export function parseJson(text: string): JsonValue {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text
  const deep = tooDeepAt(source)
  if (deep !== undefined) throw malformed(source, { offset: deep, message: tooDeep })
  try {
    return JSON.parse(source) as JsonValue
  } catch {
    throw malformed(source, firstFault(source))
  }
}

function malformed(source: string, { offset, message }: Fault): MalformedData {
  const before = source.slice(0, offset).split(/\r\n|\n|\r/)
  return new MalformedData(message, before.length, (before.at(-1)?.length ?? 0) + 1)
}

interface Fault {
  readonly offset: number
  readonly message: string
}

/** What may come next. */
type Expected = 'value' | 'value or ]' | 'name or }' | 'name' | ':' | ', or end'

const mayClose: ReadonlySet<Expected> = new Set<Expected>(['value or ]', 'name or }', ', or end'])

const token =
  /[[\]{}:,]|"(?:[^"\\\u0000-\u001F]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)\b/y // eslint-disable-line no-control-regex -- RFC 8259 §7: unescaped = %x20-21 / …
const space = /[ \t\r\n]*/y

/** Only for text that JSON.parse refuses. */
function firstFault(source: string): Fault {
  const open: ('[' | '{')[] = []
  let expected: Expected = 'value'
  let offset = 0
  for (;;) {
    offset = skip(source, offset)
    token.lastIndex = offset
    const found = token.exec(source)?.[0]
    if (found === undefined) return unreadable(source, offset, expected, open.at(-1))
    const next = step(found, expected, open)
    if (next === undefined)
      return { offset, message: `Expected ${words(expected, open.at(-1))}, and found ${found.slice(0, 40)}` }
    expected = next
    offset += found.length
  }
}

function skip(source: string, offset: number): number {
  space.lastIndex = offset
  return offset + (space.exec(source)?.[0].length ?? 0)
}

/** What may follow `found`; undefined where it may not stand there. */
function step(found: string, expected: Expected, open: ('[' | '{')[]): Expected | undefined {
  const start = found.charAt(0)
  if (mayClose.has(expected) && closes(start, open)) return ', or end'
  switch (expected) {
    case ':':
      return start === ':' ? 'value' : undefined
    case ', or end':
      return start === ',' ? nextMember(open.at(-1)) : undefined
    case 'name':
    case 'name or }':
      return start === '"' ? ':' : undefined
    case 'value':
    case 'value or ]':
      return afterValue(start, open)
  }
}

function nextMember(inside: '[' | '{' | undefined): Expected | undefined {
  if (inside === undefined) return undefined
  return inside === '{' ? 'name' : 'value'
}

function afterValue(start: string, open: ('[' | '{')[]): Expected | undefined {
  if (start === '[' || start === '{') {
    open.push(start)
    return start === '[' ? 'value or ]' : 'name or }'
  }
  return /[\]}:,]/.test(start) ? undefined : ', or end'
}

function closes(end: string, open: ('[' | '{')[]): boolean {
  if (end !== (open.at(-1) === '[' ? ']' : open.at(-1) === '{' ? '}' : undefined)) return false
  open.pop()
  return true
}

function unreadable(source: string, offset: number, expected: Expected, inside: '[' | '{' | undefined): Fault {
  if (offset >= source.length)
    return { offset, message: `The text ends where ${words(expected, inside)} should follow` }
  const char = String.fromCodePoint(source.codePointAt(offset) ?? 0)
  if (char === '"')
    return { offset, message: 'This string does not end, or holds a control character or a wrong escape' }
  if (char === '/' || char === '#') return { offset, message: 'JSON has no comments' }
  if (char === "'") return { offset, message: 'JSON has strings in double quotes' }
  return { offset, message: `Expected ${words(expected, inside)}, and found ${char}` }
}

function words(expected: Expected, inside: '[' | '{' | undefined): string {
  switch (expected) {
    case 'value':
      return 'a value'
    case 'value or ]':
      return 'a value or ]'
    case 'name':
      return 'a name in double quotes (the comma before is one too many)'
    case 'name or }':
      return 'a name in double quotes or }'
    case ':':
      return 'a colon'
    case ', or end':
      return inside === undefined ? 'the end' : `a comma or ${inside === '[' ? ']' : '}'}`
  }
}
