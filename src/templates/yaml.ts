/** YAML 1.2 (core schema) as JSON. The only place that knows the package. */
import { LineCounter, parseDocument, visit } from 'yaml'
import type { JsonValue } from './engine.ts'
import { MalformedData } from './malformed-data.ts'

/** One document. Dates stay text; aliases may not multiply it beyond 100 uses. Empty text is null. @throws MalformedData. */
export function parseYaml(text: string): JsonValue {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false, schema: 'core', stringKeys: true })
  const [error] = document.errors
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0])
    throw new MalformedData(error.message, line, col)
  }
  try {
    // By way of text: what JSON has no word for (NaN, bigints) is refused or null, and nothing keeps a prototype.
    return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }))) as JsonValue
  } catch (error) {
    let at = 0
    visit(document, {
      Alias(_key, node) {
        at = node.range?.[0] ?? 0
        return visit.BREAK
      },
    })
    const { line, col } = lineCounter.linePos(at)
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new MalformedData(message, line, col)
  }
}
