/** Our rules for code (sizes, time, environment, exits, unsafe HTML), over the strict rules of typescript-eslint. */
import { defineConfig } from 'eslint/config'
import regexp from 'eslint-plugin-regexp'
import tseslint from 'typescript-eslint'

const noEnums = [
  {
    selector: ':matches(TSEnumDeclaration, TSParameterProperty, ExportAllDeclaration, TSModuleDeclaration[id.name])',
    message: 'No enums, parameter properties, namespaces, or barrels.',
  },
]
const everywhere = [
  {
    selector: "NewExpression[callee.name='RegExp'][arguments.0.type!='Literal']",
    message: 'A pattern made from input can be made to run for hours. Compare strings, or write a scanner.',
  },
  {
    selector: "CallExpression[callee.name='RegExp']",
    message: 'Write the pattern as a literal.',
  },
  ...noEnums,
]
const noDefaultExport = [{ selector: 'ExportDefaultDeclaration', message: 'Exports have names.' }]
const noHtmlFromText = [
  {
    selector:
      ':matches(AssignmentExpression > MemberExpression.left, CallExpression > MemberExpression.callee)[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment)$/]',
    message: 'Text never becomes HTML here: make nodes, or go through ui/sanitise/sanitise.ts.',
  },
  { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Text never becomes HTML here.' },
]
const time = [
  {
    selector:
      ":matches(MemberExpression[object.name='Date'][property.name='now'], NewExpression[callee.name='Date'][arguments.length=0], MemberExpression[object.name='performance'][property.name='now'], MemberExpression[object.property.name='hrtime'], MemberExpression[object.name='process'][property.name='hrtime'])",
    message: 'Time comes from a Clock (clock.ts), so that tests can move it.',
  },
]
const environment = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'The environment is read in config/ and cli/.',
  },
]
const exits = [
  { selector: "MemberExpression[object.name='process'][property.name='exit']", message: 'Only cli/ ends the process.' },
]
const outward = (source: string, names: string) => ({
  selector: `ImportDeclaration[source.value=/^(node:)?${source}$/] > ImportSpecifier[imported.name=/^(${names})$/]`,
  message: 'Nothing connects outward but through the one function that asks whether it may.',
})
const noDialing = [
  outward('https?', 'request|get|Agent|globalAgent'),
  outward('net', 'connect|createConnection'),
  outward('tls', 'connect'),
  outward('dgram', '.*'),
  outward('http2', 'connect'),
  outward('dns(\\u002fpromises)?', '.*'),
  {
    selector: "CallExpression[callee.name='fetch']",
    message: 'Nothing connects outward but through the one function that asks whether it may.',
  },
]

const banned = (...rules: readonly (readonly object[])[]): ['error', ...object[]] => [
  'error',
  ...everywhere,
  ...rules.flat(),
]

export default defineConfig(
  { ignores: ['dist/**', 'coverage/**', 'node_modules/**', 'test/**/fixtures/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,tsx,mjs}'],
    extends: [tseslint.configs.strictTypeChecked],
    plugins: { regexp },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: `${import.meta.dirname}/..` } },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60 }],
      'max-depth': ['error', 3],
      'max-params': ['error', 4],
      complexity: ['error', 12],
      eqeqeq: 'error',
      'no-control-regex': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'off',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-restricted-syntax': banned(noDefaultExport, noHtmlFromText),
      'regexp/no-super-linear-backtracking': ['error', { report: 'certain' }],
      'regexp/no-super-linear-move': ['error', { report: 'certain', ignoreSticky: true }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { args: 'none', varsIgnorePattern: '^_$', destructuredArrayIgnorePattern: '^_$', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Matters of taste, or of objects made of functions, which have no `this` to lose.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-syntax': banned(noDefaultExport, noHtmlFromText, time, environment, exits, noDialing),
      'no-restricted-globals': [
        'error',
        'document',
        'window',
        'location',
        'localStorage',
        'navigator',
        'event',
        'name',
      ],
    },
  },
  {
    files: ['src/config/**/*.ts'],
    rules: { 'no-restricted-syntax': banned(noDefaultExport, noHtmlFromText, time, exits, noDialing) },
  },
  {
    files: ['src/cli/**/*.ts'],
    rules: { 'no-restricted-syntax': banned(noDefaultExport, noHtmlFromText, time, noDialing) },
  },
  {
    files: ['src/clock.ts'],
    rules: { 'no-restricted-syntax': banned(noDefaultExport, noHtmlFromText, environment, exits, noDialing) },
  },
  { files: ['ui/**/*.tsx'], rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' } },
  { files: ['ui/views/**/*.tsx'], rules: { 'max-lines': ['error', { max: 200 }] } },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 300 }],
      // A suite is one function, and node:test's own promises are awaited by it.
      'max-lines-per-function': 'off',
      // Nothing here comes from outside.
      'no-restricted-syntax': ['error', ...noDefaultExport, ...noEnums],
      'regexp/no-super-linear-backtracking': 'off',
      'regexp/no-super-linear-move': 'off',
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: '@types/node', name: ['test', 'it', 'describe', 'suite'] },
          ],
        },
      ],
    },
  },
  {
    files: ['gulpfile.ts', '.build/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        ...banned(noDefaultExport, noHtmlFromText),
        {
          selector: "CallExpression[callee.type='MemberExpression'][callee.property.name='pipe']",
          message: 'An error in a bare chain leaves a task hanging: use pipeline() of node:stream/promises.',
        },
      ],
    },
  },
  { files: ['src/**/*.data.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['.build/lint-rules.ts', '.build/reporter.mjs'],
    rules: { 'no-restricted-syntax': banned() },
  },
  { files: ['**/*.mjs'], rules: { '@typescript-eslint/explicit-module-boundary-types': 'off' } },
)
