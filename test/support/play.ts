import assert from 'node:assert/strict'
import { LineClient } from './line-client.ts'

/** One line of a transcript file. The format is in the style guide, section 7. */
export interface Step {
  readonly kind: 'C:' | 'C.' | 'S:' | 'S*' | 'S!' | 'S.' | 'TLS'
  readonly text: string
  /** 1 unless the line begins with a number. */
  readonly connection: number
  readonly lineNumber: number
}

export interface TranscriptFile {
  /** The first comment. */
  readonly title: string
  /** `@ name value`, in order. What they mean is for the protocol to say. */
  readonly directives: readonly (readonly [name: string, value: string])[]
  readonly steps: readonly Step[]
}

export interface PlayOptions {
  readonly connect: () => Promise<LineClient>
  /** Sends each octet by itself. */
  readonly octetwise: boolean
}

const stepLine = /^(?:(\d+) )?(C:|C\.|S:|S\*|S!|S\.|TLS)(?: (.*))?$/

export function parseTranscript(text: string): TranscriptFile {
  const directives: (readonly [string, string])[] = []
  const steps: Step[] = []
  let title = ''
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('#')) title ||= line.slice(1).trim()
    else if (line.startsWith('@')) {
      const [, name = '', value = ''] = /^@ (\S+) ?(.*)$/.exec(line) ?? []
      directives.push([name, value])
    } else if (line.trim() !== '') steps.push(parseStep(line, index + 1))
  }
  return { title, directives, steps }
}

function parseStep(line: string, lineNumber: number): Step {
  const [, connection, kind, text = ''] = stepLine.exec(line) ?? []
  assert.ok(kind, `line ${lineNumber} is no step: ${line}`)
  return { kind: kind as Step['kind'], text, connection: Number(connection ?? 1), lineNumber }
}

/** Plays the steps; throws at the first that does not hold. Leaves no connection open. */
export async function play(steps: readonly Step[], options: PlayOptions): Promise<void> {
  const clients = new Map<number, LineClient>()
  const bound = new Map<string, string>()
  try {
    let forbidden: string[] = []
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i]
      assert.ok(step)
      const client = clients.get(step.connection) ?? (await options.connect())
      clients.set(step.connection, client)
      if (step.kind === 'S!') forbidden.push(step.text)
      else if (step.kind === 'S*') i += (await expectGroup(steps.slice(i), client, bound)) - 1
      else if (step.kind === 'S:') {
        await expectLine(step, client, { bound, forbidden })
        forbidden = []
      } else await act(step, client, { bound, octetwise: options.octetwise })
    }
  } finally {
    for (const client of clients.values()) client.destroy()
  }
}

async function act(
  step: Step,
  client: LineClient,
  how: { bound: Map<string, string>; octetwise: boolean },
): Promise<void> {
  if (step.kind === 'S.') {
    assert.equal(await client.line(), undefined, `line ${step.lineNumber}: the server should close`)
    return
  }
  if (step.kind === 'TLS') return void (await client.startTls())
  const text = step.kind === 'C:' ? substitute(step.text, how.bound) + '\r\n' : unescape(step.text)
  const octets = Buffer.from(text, step.kind === 'C:' ? 'utf8' : 'latin1')
  if (!how.octetwise) return client.send(octets)
  for (const octet of octets) {
    await client.send(Uint8Array.of(octet))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function expectLine(
  step: Step,
  client: LineClient,
  { bound, forbidden }: { bound: Map<string, string>; forbidden: readonly string[] },
): Promise<void> {
  const line = await client.line()
  const where = `line ${step.lineNumber}: expected ${step.text}, got ${line ?? 'the end'}`
  assert.ok(line !== undefined && matches(step.text, line, bound), where)
  for (const text of forbidden)
    assert.ok(!line.includes(text), `line ${step.lineNumber}: ${text} must not appear in ${line}`)
}

/** @returns how many steps the group has. */
async function expectGroup(steps: readonly Step[], client: LineClient, bound: Map<string, string>): Promise<number> {
  const end = steps.findIndex((step) => step.kind !== 'S*')
  const group = steps.slice(0, end === -1 ? undefined : end)
  const open = new Set(group)
  for (const _ of group) {
    const line = await client.line()
    const found = [...open].find((step) => line !== undefined && matches(step.text, line, bound))
    assert.ok(found, `line ${group[0]?.lineNumber}: ${line ?? 'the end'} is not in the group`)
    open.delete(found)
  }
  return group.length
}

/** ` ...` at the end is any rest; `$name` is any word at first sight and the same one afterwards. */
function matches(pattern: string, line: string, bound: Map<string, string>): boolean {
  const open = pattern.endsWith(' ...')
  const names: string[] = []
  const source = (open ? pattern.slice(0, -4) : pattern)
    .split(/(\$[a-z]\w*)/)
    .map((piece) => {
      if (!piece.startsWith('$')) return escapeRegExp(piece)
      const known = bound.get(piece)
      if (known !== undefined) return escapeRegExp(known)
      names.push(piece)
      return '(\\S+?)'
    })
    .join('')
  const match = new RegExp(`^${source}${open ? '(?: .*)?' : ''}$`).exec(line)
  if (match) for (const [index, name] of names.entries()) bound.set(name, match[index + 1] ?? '')
  return match !== null
}

function substitute(text: string, bound: ReadonlyMap<string, string>): string {
  return text.replace(/\$[a-z]\w*/g, (name) => bound.get(name) ?? name)
}

/** `\r \n \t \0 \\ \xNN`; the result has one character per octet. */
export function unescape(text: string): string {
  const plain: Record<string, string> = { r: '\r', n: '\n', t: '\t', '0': '\0', '\\': '\\' }
  return text.replace(/\\(?:x([\da-f]{2})|(.))/gi, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (plain[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
