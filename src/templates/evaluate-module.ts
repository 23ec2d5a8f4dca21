import { readJson } from '../json.ts'
import { diagnose, relativePath } from './diagnose.ts'
import type { BuiltTemplate, JsonValue } from './engine.ts'
import type { RenderSettings } from './render-template.ts'
import type { EvaluatedModule } from './rendering-protocol.ts'
import { runBuilt } from './run-built.ts'

/** Runs a module of data and takes what of its exports is JSON. Never throws. @param file Absolute. */
export function evaluateModule(file: string, built: BuiltTemplate, settings: RenderSettings): EvaluatedModule {
  const { root, projectDirectory } = settings
  const files = [...new Set([file, ...built.files])].map((path) => relativePath(root, path))
  try {
    const exports = Object.entries(runBuilt(built, file)).flatMap(([name, value]) => asJson(name, value))
    return { exports, diagnostics: [], files }
  } catch (error) {
    return { exports: [], diagnostics: diagnose(error, { root, projectDirectory, file }), files }
  }
}

function asJson(name: string, value: unknown): readonly (readonly [string, JsonValue])[] {
  const text = JSON.stringify(value) as string | undefined
  return text === undefined ? [] : [[name, readJson(text) as JsonValue]]
}
