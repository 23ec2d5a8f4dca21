// CSS Syntax Module Level 3: takes out of a message's CSS whatever would be fetched, and writes the rest anew from its
// tokens, so that no escape, comment or unclosed string reads one way here and another in the browser.

import { isAllowed, isDescribing, isGrouping, isSubstituting, isTextual, mayFetch } from './css-places.ts'
import { cssTokens, type CssToken } from './css-tokens.ts'

/** What becomes of an address in CSS. @returns the address to use, undefined for none */
export type CssUrlPolicy = (url: string) => string | undefined

/** Before every id of a message, so that none can stand for something of ours. */
export const idPrefix = 'user-content-'

/** Brackets, functions and blocks within each other; what is deeper is left out. Nobody writes CSS like that. */
const deepest = 100

/** Filters a style sheet. */
export function filterStyleSheet(css: string, policy: CssUrlPolicy): string {
  return new Filter(policy, 'rules').run(css)
}

/** Filters the declarations of a style attribute. */
export function filterDeclarations(css: string, policy: CssUrlPolicy): string {
  return new Filter(policy, 'declarations').run(css)
}

/** Filters the value of one property, as a presentation attribute has it. */
export function filterValue(property: string, css: string, policy: CssUrlPolicy): string {
  return new Filter(policy, 'declarations', property).run(css)
}

type Context = 'rules' | 'declarations'

/** A bracket, a function or a block that is open; the outermost is the whole text. */
interface Frame {
  /** Of a function in lower case, otherwise the bracket. */
  readonly name: string
  readonly closer: string
  readonly context: Context
  /** Strings in it are addresses. */
  readonly fetches: boolean
  /** It holds statements, which `;` ends. */
  readonly isBlock: boolean
}

/** Of the declaration that is being read: the name of its property, once there is a colon. */
type Property = { readonly at: 'start' | 'no declaration' } | { readonly at: 'name' | 'value'; readonly name: string }

const closers: ReadonlyMap<string, string> = new Map([
  ['{', '}'],
  ['(', ')'],
  ['[', ']'],
])

class Filter {
  readonly #policy: CssUrlPolicy
  readonly #frames: Frame[]
  /** How many frames are open around what is left out; undefined while nothing is. */
  #leftOut: number | undefined
  /** Name of the at-rule whose prelude this is. */
  #atRule: string | undefined
  #property: Property
  #out: string[] = []

  constructor(policy: CssUrlPolicy, context: Context, property?: string) {
    this.#policy = policy
    this.#frames = [{ name: '', closer: '', context, fetches: false, isBlock: true }]
    this.#property = property === undefined ? { at: 'start' } : { at: 'value', name: property.toLowerCase() }
  }

  run(css: string): string {
    const tokens = cssTokens(css)
    for (const token of tokens) {
      if (token.kind === 'at' && !isAllowed(token.value.toLowerCase())) {
        // A space, lest what stood before it and after it become one token.
        this.#put(' ')
        const after = skipStatement(tokens)
        if (after !== undefined) this.#take(after)
      } else this.#take(token)
    }
    return this.#out.join('')
  }

  get #frame(): Frame {
    return this.#frames[this.#frames.length - 1] as Frame
  }

  #take(token: CssToken): void {
    const { kind, value } = token
    this.#readName(token)
    if (kind === 'other') return this.#punctuation(value)
    if (kind === 'function') return this.#function(value)
    if (this.#leftOut !== undefined) return
    if (kind === 'url') return this.#put(this.#address(value))
    if (kind === 'bad-url' || kind === 'bad-string') return this.#put(' none ')
    if (kind === 'string') return this.#put(this.#string(value))
    if (kind === 'at') this.#atRule = value.toLowerCase()
    this.#put(this.#word(token))
  }

  #word({ kind, value }: CssToken): string {
    if (kind === 'space') return ' '
    if (kind === 'at') return `@${identifier(value)}`
    if (kind === 'ident') return identifier(value)
    const isId = this.#frame.context === 'rules' && this.#atRule === undefined
    return `#${name(isId ? idPrefix + value : value)}`
  }

  /** CSS Syntax 3 §5.5.6: a name and a colon begin a declaration. */
  #readName({ kind, value }: CssToken): void {
    if (!this.#frame.isBlock || kind === 'space' || this.#property.at === 'value') return
    if (this.#property.at === 'start' && kind === 'ident') this.#property = { at: 'name', name: value.toLowerCase() }
    else if (this.#property.at === 'name' && value === ':') this.#property = { ...this.#property, at: 'value' }
    else this.#property = { at: 'no declaration' }
  }

  #function(written: string): void {
    const lower = written.toLowerCase()
    const { name: around, context, fetches } = this.#frame
    // `attr()` gives text; with a type it may give an address.
    const isRefused = (fetches && isSubstituting(lower)) || (around === 'attr' && lower === 'type')
    const frame = { name: lower, closer: ')', context, fetches: fetches || mayFetch(lower), isBlock: false }
    this.#open(frame, `${identifier(written)}(`, isRefused)
  }

  #punctuation(char: string): void {
    const closer = closers.get(char)
    if (closer !== undefined) return this.#bracket(char, closer)
    if (this.#frames.length > 1 && char === this.#frame.closer) return this.#close(char)
    if (this.#frame.isBlock && (char === ';' || char === '}')) this.#endStatement()
    // No markup out of CSS, and no escape that the tokens did not have.
    this.#put(char === '<' || char === '\\' ? ' ' : char)
  }

  #bracket(char: string, closer: string): void {
    const { context, fetches, isBlock } = this.#frame
    const inside = char === '{' ? this.#contextOfBlock() : context
    this.#open({ name: char, closer, context: inside, fetches, isBlock: isBlock && char === '{' }, char, false)
    if (this.#frame.isBlock) this.#endStatement()
  }

  #contextOfBlock(): Context {
    const holdsRules = this.#frame.context === 'rules' && this.#atRule !== undefined && isGrouping(this.#atRule)
    return holdsRules ? 'rules' : 'declarations'
  }

  #open(frame: Frame, text: string, isLeftOut: boolean): void {
    if (isLeftOut || this.#frames.length > deepest) {
      this.#put(' none ')
      this.#leftOut ??= this.#frames.length
    }
    this.#put(text)
    this.#frames.push(frame)
  }

  #close(char: string): void {
    const { isBlock } = this.#frame
    this.#frames.pop()
    this.#put(char)
    if (this.#leftOut === this.#frames.length) this.#leftOut = undefined
    if (isBlock) this.#endStatement()
  }

  #endStatement(): void {
    this.#atRule = undefined
    this.#property = { at: 'start' }
  }

  /** By where it stands, whatever it looks like. */
  #string(value: string): string {
    const { name: around, context, fetches } = this.#frame
    if (fetches) return quoted(isDescribing(around) ? value : (this.#policy(value) ?? ''))
    const isText = context === 'rules' || this.#atRule !== undefined || around === '['
    const isTextualHere = this.#property.at === 'value' && isTextual(this.#property.name)
    return isText || isTextualHere ? quoted(value) : '""'
  }

  #address(value: string): string {
    const allowed = this.#policy(value)
    return allowed === undefined ? ' none ' : `url(${quoted(allowed)})`
  }

  #put(text: string): void {
    if (this.#leftOut === undefined) this.#out.push(text)
  }
}

/**
 * Skips the rest of an at-rule: to its `;`, or the `}` of its block.
 * @returns the `}` that closes what is around it, where that ended it
 */
function skipStatement(tokens: Iterator<CssToken>): CssToken | undefined {
  let depth = 0
  for (let next = tokens.next(); next.done !== true; next = tokens.next()) {
    const { kind, value } = next.value
    if (kind !== 'other') continue
    if (value === ';' && depth === 0) return undefined
    if (value === '{') depth += 1
    else if (value === '}') {
      depth -= 1
      if (depth < 0) return next.value
      if (depth === 0) return undefined
    }
  }
  return undefined
}

/** CSSOM §2.1, serialize an identifier. */
function identifier(value: string): string {
  if (value === '-') return '\\2d '
  return name(value).replace(/^-?\d/, (start) => `${start.slice(0, -1)}\\${hex(start.slice(-1))}`)
}

/** Only ASCII as it is: which other characters are of a name, the standard has changed and may again. */
function name(value: string): string {
  return value.replace(/[^\w-]/gu, (char) => `\\${hex(char)}`)
}

/** CSSOM §2.1, serialize a string; with nothing in it that could end a style element. */
function quoted(value: string): string {
  // eslint-disable-next-line no-control-regex
  return `"${value.replace(/["\\<\u0000-\u001f\u007f]/g, (char) => `\\${hex(char)}`)}"`
}

function hex(char: string): string {
  return `${(char.codePointAt(0) ?? 0).toString(16)} `
}
