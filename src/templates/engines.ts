import type { Engine } from './engine.ts'
import { ejsEngine } from './engines/ejs.ts'
import { etaEngine } from './engines/eta.ts'
import { handlebarsEngine } from './engines/handlebars.ts'
import { htmlEngine } from './engines/html.ts'
import { liquidEngine } from './engines/liquid.ts'
import { maizzleEngine } from './engines/maizzle.ts'
import { markdownEngine } from './engines/markdown.ts'
import { mjmlBehind } from './engines/mjml-behind.ts'
import { mjmlEngine } from './engines/mjml.ts'
import { mustacheEngine } from './engines/mustache.ts'
import { nunjucksEngine } from './engines/nunjucks.ts'
import { pugEngine } from './engines/pug.ts'
import { tsxEngine } from './engines/tsx.ts'

/** Those that may also make MJML: `welcome.mjml.hbs`. */
const languages: readonly Engine[] = [
  handlebarsEngine,
  ejsEngine,
  pugEngine,
  nunjucksEngine,
  liquidEngine,
  etaEngine,
  mustacheEngine,
]

/** Every engine. A new one is a row. */
export const engines: readonly Engine[] = [
  ...languages,
  ...languages.map(mjmlBehind),
  mjmlEngine,
  tsxEngine,
  htmlEngine,
  maizzleEngine,
  markdownEngine,
]

const byName: ReadonlyMap<string, Engine> = new Map(engines.map((engine) => [engine.name, engine]))
const byExtension: ReadonlyMap<string, Engine> = new Map(
  engines.flatMap((engine) => engine.extensions.map((extension) => [extension, engine] as const)),
)

/** An engine by its name. */
export function engineNamed(name: string): Engine | undefined {
  return byName.get(name)
}

/** The engine of a file, and the part of its name that says so: the longest extension that an engine knows. */
export function engineOf(file: string): { readonly engine: Engine; readonly extension: string } | undefined {
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1).toLowerCase()
  // From the first dot on: the longest comes first. A name that begins with one has no extension there.
  for (let dot = name.indexOf('.', 1); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const engine = byExtension.get(name.slice(dot))
    if (engine !== undefined) return { engine, extension: name.slice(dot) }
  }
  return undefined
}
