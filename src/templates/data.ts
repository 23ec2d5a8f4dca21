import type { JsonValue, TemplateData } from './engine.ts'

/**
 * Data as templates get it: the same JSON, frozen, objects without a prototype, so that neither a name in it nor a
 * template that writes to it changes anything else. `__proto__` is left out: copied to another object it would become
 * that object's prototype. TPL-1.
 */
export function frozenData(data: TemplateData): TemplateData {
  return frozenObject(data)
}

function frozenObject(data: TemplateData): TemplateData {
  const copy = Object.create(null) as { [name: string]: JsonValue }
  for (const [name, value] of Object.entries(data)) if (name !== '__proto__') copy[name] = frozenValue(value)
  return Object.freeze(copy)
}

function frozenValue(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  return isList(value) ? Object.freeze(value.map(frozenValue)) : frozenObject(value)
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}
