/** YAML 1.2 (core schema) as JSON. The only place that knows the package. */
import { Composer, CST, Lexer, LineCounter, Parser, visit, type Document } from 'yaml'
import { maxJsonDepth, readJson } from '../json.ts'
import type { JsonValue } from './engine.ts'
import { MalformedData } from './malformed-data.ts'

/** Tokens in one another: each level of data is two at most, for its name and its value, and the document is one. */
const maxTokenDepth = 2 * maxJsonDepth + 1

/**
 * One document. Dates stay text; aliases may not multiply it beyond 100 uses; it nests as deep as JSON may. Empty text is
 * null. @throws MalformedData.
 */
export function parseYaml(text: string): JsonValue {
  const lineCounter = new LineCounter()
  const malformed = (message: string, offset: number): MalformedData => {
    const { line, col } = lineCounter.linePos(offset)
    return new MalformedData(message, line, col)
  }
  const tokens = tokensOf(text, lineCounter, (offset) =>
    malformed(`The YAML is nested more than ${maxJsonDepth} levels deep`, offset),
  )
  const [document, second] = compose(tokens, text.length)
  if (document === undefined) return null
  const [error] = document.errors
  if (error !== undefined) throw malformed(error.message, error.pos[0])
  if (second !== undefined) throw malformed('A second document begins here; one is read', second.range[0])
  try {
    // By way of text: what JSON has no word for (NaN, bigints) is refused or null, and nothing keeps a prototype.
    return readJson(JSON.stringify(document.toJS({ maxAliasCount: 100 }))) as JsonValue
  } catch (error) {
    let at = 0
    visit(document, {
      Alias(_key, node) {
        at = node.range?.[0] ?? 0
        return visit.BREAK
      },
    })
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw malformed(message, at)
  }
}

/** Token by token: composing goes down by calls, and has no stack for any depth. */
function tokensOf(
  text: string,
  lineCounter: LineCounter,
  tooDeep: (offset: number) => MalformedData,
): readonly CST.Token[] {
  const parser = new Parser(lineCounter.addNewLine)
  const tokens: CST.Token[] = []
  lineCounter.addNewLine(0)
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    if (parser.stack.length > maxTokenDepth) throw tooDeep(parser.offset)
  }
  tokens.push(...parser.end())
  return tokens
}

function compose(tokens: readonly CST.Token[], length: number): readonly Document.Parsed[] {
  const composer = new Composer({ prettyErrors: false, schema: 'core', stringKeys: true })
  return [...composer.compose(tokens, true, length)]
}
