/** From the words of `templates/` to those of the wire, and back for data. */
import type { Diagnostic } from '../templates/diagnostic.ts'
import type { JsonValue, TemplateData } from '../templates/engine.ts'
import type { Rendering } from '../templates/rendering.ts'
import type { Catalogue, Fixture, TemplateEvent } from '../templates/templates.ts'
import type {
  WireCatalogue,
  WireDiagnostic,
  WireFixture,
  WireRendering,
  WireRenderingId,
  WireTemplatesEvent,
} from './wire-types.ts'

/** Diagnostics of one rendering; a template that warns in a loop says no more. */
const maxDiagnostics = 100
/** Files of one rendering. */
const maxFiles = 1_000

export function wireCatalogue({ revision, templates, diagnostics }: Catalogue, root: string): WireCatalogue {
  return {
    revision,
    root,
    templates: templates.map(({ name, file, engine, fixtures, locales }) => ({
      name,
      file,
      engine,
      fixtures: [...fixtures],
      locales: [...locales],
    })),
    diagnostics: wireDiagnostics(diagnostics),
  }
}

export function wireRendering(rendering: Rendering): WireRendering {
  const { id, revision, subject, from, preheader, html, text, textDerived, stale, engine, renderMs } = rendering
  return {
    ...wireId(id),
    ...{ revision, subject, from, preheader, html, text, textDerived, stale, engine, renderMs },
    files: rendering.files.slice(0, maxFiles),
    diagnostics: wireDiagnostics(rendering.diagnostics),
    htmlOctets: Buffer.byteLength(html),
  }
}

export function wireFixture(template: string, { name, file, writable, data, diagnostics }: Fixture): WireFixture {
  return { template, fixture: name, file: file ?? null, writable, data, diagnostics: wireDiagnostics(diagnostics) }
}

/** @returns undefined for a rendering, which only goes to those who look at it. */
export function wireTemplatesEvent(event: TemplateEvent): WireTemplatesEvent | undefined {
  switch (event.kind) {
    case 'rendering':
      return undefined
    case 'catalogue':
      return { kind: 'catalogue', revision: event.revision }
    case 'outdated':
      return { kind: 'outdated', revision: event.revision, renderings: event.ids.map(wireId) }
    case 'tied':
      return { kind: 'tied', revision: event.revision, key: event.key }
    case 'asset':
      return { kind: 'asset', revision: event.revision, file: event.file }
  }
}

/** Data as templates get it, from what JSON.parse gave: frozen, objects without a prototype. TPL-1. */
export function templateData(given: object): TemplateData {
  const data = Object.create(null) as Record<string, JsonValue>
  for (const [name, value] of Object.entries(given)) data[name] = templateValue(value)
  return Object.freeze(data)
}

function templateValue(value: unknown): JsonValue {
  if (Array.isArray(value)) return Object.freeze(value.map(templateValue))
  if (typeof value === 'object' && value !== null) return templateData(value)
  return value as string | number | boolean | null
}

function wireId({ template, fixture, locale }: WireRenderingId): WireRenderingId {
  return { template, fixture, locale }
}

function wireDiagnostics(diagnostics: readonly Diagnostic[]): WireDiagnostic[] {
  return diagnostics.slice(0, maxDiagnostics).map(({ severity, message, file, line, column, excerpt, through }) => ({
    severity,
    message,
    file: file ?? null,
    line: line ?? null,
    column: column ?? null,
    excerpt: (excerpt ?? []).map(({ line, text }) => ({ line, text })),
    through: [...(through ?? [])],
  }))
}
