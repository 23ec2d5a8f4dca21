import type { WireLook } from '../http/wire-types.ts'

/** Renderings that one client may look at. */
const maxRenderings = 12
/** Characters of each name; as long as REST takes them. */
const longest = { template: 1_000, fixture: 200, locale: 100 } as const

/** What a client said, if it is a `WireLook` and nothing else. */
export function lookOf(question: unknown): WireLook | undefined {
  if (!hasOnly(question, ['renderings'])) return undefined
  const { renderings } = question
  if (!Array.isArray(renderings) || renderings.length > maxRenderings) return undefined
  const read = renderings.map(renderingOf)
  const good = read.filter((rendering) => rendering !== undefined)
  return good.length === read.length ? { renderings: good } : undefined
}

function renderingOf(given: unknown): WireLook['renderings'][number] | undefined {
  if (!hasOnly(given, ['template', 'fixture', 'locale', 'revision'])) return undefined
  const { template, fixture, locale, revision } = given
  if (!isName(template, longest.template) || !isName(fixture, longest.fixture)) return undefined
  if (!isName(locale, longest.locale) || !isRevision(revision)) return undefined
  return { template, fixture, locale, revision }
}

function hasOnly<Name extends string>(given: unknown, names: readonly Name[]): given is Record<Name, unknown> {
  if (typeof given !== 'object' || given === null) return false
  return Object.keys(given).length === names.length && names.every((name) => Object.hasOwn(given, name))
}

function isName(given: unknown, most: number): given is string {
  return typeof given === 'string' && given.length <= most
}

function isRevision(given: unknown): given is number {
  return typeof given === 'number' && Number.isSafeInteger(given) && given >= 0
}
