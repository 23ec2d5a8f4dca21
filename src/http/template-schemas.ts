/** The wire types of templates as schemas, and what their routes take. Typed by `wire-types.ts`. */
import * as v from 'valibot'
import type { TemplateData } from '../templates/engine.ts'
import { templateData } from './template-wire.ts'
import type { WireCatalogue, WireDiagnostic, WireFixture, WireRendering, WireTie } from './wire-types.ts'

const text = v.string()
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const place = v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.metadata({ description: 'From 1' })))

const diagnosticSchema: v.GenericSchema<WireDiagnostic> = v.object({
  severity: v.picklist(['error', 'warning']),
  message: text,
  file: v.pipe(v.nullable(text), v.metadata({ description: 'Relative to the folder of the templates' })),
  line: place,
  column: place,
  excerpt: v.array(v.object({ line: count, text })),
  through: v.pipe(v.array(text), v.metadata({ description: 'Files it came through, outermost first' })),
})

export const catalogueSchema: v.GenericSchema<WireCatalogue> = v.object({
  revision: count,
  root: text,
  templates: v.array(
    v.object({ name: text, file: text, engine: text, fixtures: v.array(text), locales: v.array(text) }),
  ),
  diagnostics: v.array(diagnosticSchema),
})

export const tieSchema: v.GenericSchema<WireTie> = v.object({
  by: v.pipe(v.picklist(['hand', 'header', 'rule']), v.metadata({ description: 'What says so' })),
  template: text,
  fixture: v.pipe(text, v.metadata({ description: 'With data of its own: `@` and the key of the message' })),
  locale: text,
  data: v.nullable(v.record(text, v.unknown())),
  problem: v.pipe(v.nullable(text), v.metadata({ description: 'Why its data cannot be read' })),
})

export const renderingSchema: v.GenericSchema<WireRendering> = v.object({
  template: text,
  fixture: text,
  locale: text,
  revision: v.pipe(count, v.metadata({ description: 'Of two, the higher one is the newer' })),
  subject: text,
  from: text,
  preheader: text,
  html: text,
  text,
  textDerived: v.pipe(v.boolean(), v.metadata({ description: 'The text was made from the HTML' })),
  stale: v.pipe(
    v.boolean(),
    v.metadata({ description: 'It failed this time; what is here is of the last success, and `diagnostics` say why' }),
  ),
  engine: text,
  files: v.pipe(v.array(text), v.metadata({ description: 'Files that a save of renders it again' })),
  diagnostics: v.array(diagnosticSchema),
  renderMs: v.number(),
  htmlOctets: v.pipe(count, v.metadata({ description: 'Of the HTML in UTF-8' })),
})

export const fixtureSchema: v.GenericSchema<WireFixture> = v.object({
  template: text,
  fixture: text,
  file: v.pipe(v.nullable(text), v.metadata({ description: 'Null where the data is of no file' })),
  writable: v.boolean(),
  data: v.record(text, v.unknown()),
  diagnostics: v.array(diagnosticSchema),
})

/** Names of the catalogue: looked up, never made into a path. */
function nameParameter(longest: number, description: string) {
  return v.pipe(v.string(), v.maxLength(longest), v.regex(/^\P{Cc}*$/u, 'not a name'), v.metadata({ description }))
}

export const templateParameter = nameParameter(1_000, 'Name of the template, as the catalogue has it: `users/welcome`')
export const fixtureParameter = v.exactOptional(nameParameter(200, 'Name of the fixture'), 'default')
export const localeParameter = v.exactOptional(nameParameter(100, 'Language, where the template has several'), '')

/** An object of JSON; frozen and without prototypes when it is read. TPL-1. */
export const dataSchema = v.pipe(
  v.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'not an object'),
  v.transform((value): TemplateData => templateData(value)),
  v.metadata({ description: 'Data of the template: an object' }),
)
