import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'

/** Sources by path, `src/…`, `ui/…` or `test/…`. */
export type Tree = ReadonlyMap<string, string>

export interface Import {
  /** As written. */
  readonly specifier: string
  /** Path in the tree where it is relative, else undefined. */
  readonly target: string | undefined
  readonly typeOnly: boolean
}

export interface Source {
  readonly path: string
  readonly lines: number
  readonly imports: readonly Import[]
  readonly functions: readonly { readonly name: string; readonly lines: number }[]
}

/** Reads every TypeScript file of these folders of the project. */
export function readTree(folders: readonly string[]): Tree {
  const root = join(import.meta.dirname, '../..')
  const paths = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => posix.join(folder, path)),
  )
  const files = paths.filter((path) => /\.tsx?$/.test(path)).sort()
  return new Map(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]))
}

export function parseTree(tree: Tree): readonly Source[] {
  return [...tree].map(([path, text]) => parseSource(path, text))
}

function parseSource(path: string, text: string): Source {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  const functions: { name: string; lines: number }[] = []
  const visit = (node: ts.Node): void => {
    const found = importOf(node)
    if (found !== undefined) imports.push({ ...found, target: resolve(path, found.specifier) })
    if (ts.isFunctionLike(node)) functions.push({ name: nameOf(node), lines: lineCount(node.getText(file)) })
    ts.forEachChild(node, visit)
  }
  visit(file)
  return { path, lines: lineCount(text.trimEnd()), imports, functions }
}

function importOf(node: ts.Node): Omit<Import, 'target'> | undefined {
  if (ts.isImportDeclaration(node)) return written(node.moduleSpecifier, isTypeImport(node.importClause))
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return written(node.moduleSpecifier, node.isTypeOnly || allTypes(node.exportClause))
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return written(node.argument.literal, true)
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return written(node.arguments[0], false)
  }
  return undefined
}

function written(specifier: ts.Node | undefined, typeOnly: boolean): Omit<Import, 'target'> | undefined {
  return specifier !== undefined && ts.isStringLiteralLike(specifier)
    ? { specifier: specifier.text, typeOnly }
    : undefined
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  return clause.name === undefined && allTypes(clause.namedBindings)
}

function allTypes(bindings: ts.NamedImportBindings | ts.NamedExportBindings | undefined): boolean {
  if (bindings === undefined || !(ts.isNamedImports(bindings) || ts.isNamedExports(bindings))) return false
  return bindings.elements.length > 0 && bindings.elements.every((element) => element.isTypeOnly)
}

function resolve(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined
}

function nameOf(node: ts.SignatureDeclaration): string {
  return node.name?.getText() ?? 'a function'
}

function lineCount(text: string): number {
  return text.split('\n').length
}
