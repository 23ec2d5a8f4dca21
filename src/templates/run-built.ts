import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { compileFunction } from 'node:vm'
import type { BuiltTemplate } from './engine.ts'

/**
 * Runs a module that was built for the rendering process. @param file Absolute: what the module requires is found from
 * there. @returns its exports. @throws what it throws.
 */
export function runBuilt(built: BuiltTemplate, file: string): Readonly<Record<string, unknown>> {
  const module: { exports: Record<string, unknown> } = { exports: {} }
  const names = ['module', 'exports', 'require', '__filename', '__dirname']
  const run = compileFunction(built.code, names, { filename: file }) as (...values: readonly unknown[]) => void
  run(module, module.exports, createRequire(file), file, dirname(file))
  return module.exports
}
