// CSS Syntax Module Level 3: takes out of a message's CSS whatever would be fetched, and writes the rest anew from its
// tokens, so that no escape, comment or unclosed string reads one way here and another in the browser.

import { cssTokens, type CssToken } from './css-tokens.ts'

/** What becomes of an address in CSS. @returns the address to use, undefined for none */
export type CssUrlPolicy = (url: string) => string | undefined

/** Before every id of a message, so that none can stand for something of ours. */
export const idPrefix = 'user-content-'

/** At-rules that hold rules. */
const grouping = new Set([
  'media',
  'supports',
  'layer',
  'container',
  'document',
  '-moz-document',
  'scope',
  'starting-style',
])
/** At-rules with nothing in them for a message: they fetch, or change how the rest is read. */
const dropped = new Set(['import', 'charset', 'namespace', 'font-face', 'property', 'counter-style'])
/** Functions whose plain strings are addresses. */
const fetching = new Set(['url', 'src', 'image', 'image-set', '-webkit-image-set', 'cross-fade', '-webkit-cross-fade'])
const looksRemote = /^[\s\p{Cc}]*(?:[a-z][a-z\d+.-]*:[\\/]|[\\/]{2})/iu

/** Filters a style sheet. */
export function filterStyleSheet(css: string, policy: CssUrlPolicy): string {
  return new Filter(policy, 'rules').run(css)
}

/** Filters the declarations of a style attribute. */
export function filterDeclarations(css: string, policy: CssUrlPolicy): string {
  return new Filter(policy, 'declarations').run(css)
}

type Context = 'rules' | 'declarations'

class Filter {
  readonly #policy: CssUrlPolicy
  readonly #contexts: Context[]
  /** Names of the functions and brackets that are open. */
  #open: string[] = []
  /** Name of the at-rule whose prelude this is. */
  #atRule: string | undefined
  #out: string[] = []

  constructor(policy: CssUrlPolicy, context: Context) {
    this.#policy = policy
    this.#contexts = [context]
  }

  run(css: string): string {
    const tokens = cssTokens(css)
    for (let at = 0; at < tokens.length; at += 1) {
      const token = tokens[at]
      if (token === undefined) break
      if (token.kind === 'at' && dropped.has(token.value.toLowerCase())) at = endOfStatement(tokens, at)
      else this.#take(token)
    }
    return this.#out.join('')
  }

  get #context(): Context {
    return this.#contexts[this.#contexts.length - 1] ?? 'declarations'
  }

  #take(token: CssToken): void {
    const { kind, value } = token
    if (kind === 'other') return this.#punctuation(value)
    if (kind === 'url') return this.#put(this.#address(value))
    if (kind === 'bad-url' || kind === 'bad-string') return this.#put(' none ')
    if (kind === 'string') return this.#put(this.#string(value))
    if (kind === 'function') {
      this.#open.push(value.toLowerCase())
      return this.#put(`${identifier(value)}(`)
    }
    if (kind === 'at') this.#atRule = value.toLowerCase()
    this.#put(this.#word(token))
  }

  #word({ kind, value }: CssToken): string {
    if (kind === 'space') return ' '
    if (kind === 'at') return `@${identifier(value)}`
    if (kind === 'ident') return identifier(value)
    const isId = this.#context === 'rules' && this.#atRule === undefined
    return `#${name(isId ? idPrefix + value : value)}`
  }

  #punctuation(char: string): void {
    if (char === '{') this.#enter()
    else if (char === '}') this.#leave()
    else if (char === ';') this.#atRule = undefined
    else if (char === '(' || char === '[') this.#open.push(char)
    else if (char === ')' || char === ']') this.#open.pop()
    // No markup out of CSS, and no escape that the tokens did not have.
    this.#put(char === '<' ? ' ' : char === '\\' ? ' ' : char)
  }

  #enter(): void {
    const nested = this.#context === 'rules' && this.#atRule !== undefined && grouping.has(this.#atRule)
    this.#contexts.push(nested ? 'rules' : 'declarations')
    this.#atRule = undefined
    this.#open = []
  }

  #leave(): void {
    if (this.#contexts.length > 1) this.#contexts.pop()
    this.#atRule = undefined
    this.#open = []
  }

  #string(value: string): string {
    const inSelector = this.#context === 'rules' && this.#open.includes('[')
    const fetched = this.#open.some((name) => fetching.has(name))
    if (inSelector || !(fetched || looksRemote.test(value))) return quoted(value)
    return quoted(this.#policy(value) ?? '')
  }

  #address(value: string): string {
    const allowed = this.#policy(value)
    return allowed === undefined ? ' none ' : `url(${quoted(allowed)})`
  }

  #put(text: string): void {
    this.#out.push(text)
  }
}

/** Index of the last token of an at-rule: its `;`, or the `}` of its block. */
function endOfStatement(tokens: readonly CssToken[], from: number): number {
  let depth = 0
  for (let at = from; at < tokens.length; at += 1) {
    const token = tokens[at]
    if (token?.kind !== 'other') continue
    if (token.value === '{') depth += 1
    else if (token.value === ';' && depth === 0) return at
    else if (token.value === '}') {
      depth -= 1
      // A `}` that closes what is around the at-rule is not its own.
      if (depth < 0) return at - 1
      if (depth === 0) return at
    }
  }
  return tokens.length
}

/** CSSOM §2.1, serialize an identifier. */
function identifier(value: string): string {
  return name(value).replace(/^-?\d/, (start) => `${start.slice(0, -1)}\\${hex(start.slice(-1))}`)
}

function name(value: string): string {
  return value.replace(/[^\w\u0080-\uffff-]/g, (char) => `\\${hex(char)}`)
}

/** CSSOM §2.1, serialize a string; with nothing in it that could end a style element. */
function quoted(value: string): string {
  // eslint-disable-next-line no-control-regex
  return `"${value.replace(/["\\<\u0000-\u001f\u007f]/g, (char) => `\\${hex(char)}`)}"`
}

function hex(char: string): string {
  return `${(char.codePointAt(0) ?? 0).toString(16)} `
}
