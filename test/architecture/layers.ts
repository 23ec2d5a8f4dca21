/**
 * Who may import whom, as data. A unit is a folder of `src/`, a file directly in `src/`, or `ui`. The leaves (below), the
 * unit itself and Node's own modules are always allowed. A new unit without a row fails, and so does a row without a unit.
 */
export interface Layer {
  /** Units, or single files of one, relative to `src/`. */
  readonly imports: readonly string[]
  /** Those of which only types may be imported. */
  readonly types?: readonly string[]
}

const all = [
  'mime',
  'net',
  'query',
  'store',
  'smtp',
  'delivery',
  'events',
  'http',
  'live',
  'config',
  'templates',
  'replay',
] as const

export const layers: Readonly<Record<string, Layer>> = {
  mime: { imports: [] },
  net: { imports: [] },
  query: { imports: ['mime'] },
  store: { imports: ['mime', 'query'], types: ['smtp/envelope.ts'] },
  smtp: { imports: ['net', 'sasl', 'mime'] },
  sasl: { imports: [] },
  pop3: { imports: ['net', 'sasl', 'store'] },
  imap: { imports: ['net', 'sasl', 'mime', 'store'] },
  waits: { imports: ['mime', 'query', 'store'] },
  delivery: { imports: ['smtp/delivery.ts', 'smtp/envelope.ts', 'store', 'query', 'mime'] },
  events: { imports: [], types: ['net', 'store', 'delivery', 'templates', 'replay'] },
  replay: {
    imports: ['templates/command-process.ts', 'templates/glob.ts', 'templates/watched-files.ts'],
    types: ['store'],
  },
  // It listens like smtp/, and hands composed messages to the same door.
  http: {
    imports: [
      'events',
      'store',
      'query',
      'mime',
      'delivery',
      'net',
      'smtp/delivery.ts',
      'templates/templates.ts',
      'templates/captured.ts',
      'waits',
    ],
    types: ['smtp/envelope.ts', 'templates', 'replay'],
  },
  live: {
    imports: [
      'events',
      'http/wire.ts',
      'http/replay-wire.ts',
      'http/template-wire.ts',
      'templates/rendering.ts',
      'templates/templates.ts',
    ],
    types: ['store', 'http/wire-types.ts', 'templates'],
  },
  // Only `gulp watch` has it. It stands behind the same gate.
  livereload: { imports: ['net', 'http/guard.ts', 'http/host.ts', 'http/problem.ts', 'http/reply.ts'] },
  templates: { imports: ['mime'] },
  config: { imports: ['query', 'templates/tie-rule.ts'], types: ['http', 'live', 'net', 'smtp', 'store', 'templates'] },
  'server.ts': {
    imports: [...all, 'template-side.ts', 'mail-side.ts', 'start-error.ts', 'closing.ts', 'open-store.ts'],
  },
  'closing.ts': { imports: [] },
  'open-store.ts': { imports: ['start-error.ts', 'store'], types: ['config'] },
  'mail-side.ts': { imports: ['config', 'imap', 'pop3'], types: ['net', 'store'] },
  'template-side.ts': { imports: ['config', 'http/ties.ts', 'store', 'templates', 'replay', 'start-error.ts'] },
  'start-error.ts': { imports: [] },
  'index.ts': { imports: ['server.ts', 'config'] },
  // Gulp runs it: what it says and opens is what the command does.
  gulp: { imports: ['templates', 'server.ts', 'cli/print.ts', 'cli/open-browser.ts'], types: ['config'] },
  // Users' apps load it: nothing of the server's.
  nodemailer: { imports: [] },
  cli: { imports: ['server.ts', 'config', 'replay', 'start-error.ts', 'store/doctor/doctor.ts'], types: ['store'] },
  'clock.ts': { imports: [] },
  'log.ts': { imports: [] },
  'helper-thread.ts': { imports: ['thread.ts'] },
  'json.ts': { imports: [] },
  'private-folder.ts': { imports: [] },
  'thread.ts': { imports: [] },
  ui: { imports: ['mime/hidden-controls.ts'], types: ['http/wire-types.ts'] },
}

/** The leaves that every unit but `ui` may import. */
export const leaves: readonly string[] = [
  'clock.ts',
  'helper-thread.ts',
  'json.ts',
  'log.ts',
  'private-folder.ts',
  'thread.ts',
]

/** Where each package of npm, and each module of Node that we keep in one place, enters: files, or folders with `/`. */
export const owners: Readonly<Record<string, readonly string[]>> = {
  'smtp-server': ['src/smtp/'],
  express: ['src/http/server.ts'],
  valibot: ['src/http/', 'src/config/'],
  '@valibot/to-json-schema': ['src/http/openapi.ts'],
  bcryptjs: ['src/http/passwords.ts'],
  'socket.io': ['src/live/socket.ts'],
  ws: ['src/livereload/hub.ts'],
  'livereload-js': ['src/livereload/client-script.ts'],
  libsql: ['src/store/sqlite/driver.ts'],
  yaml: ['src/templates/yaml.ts'],
  esbuild: ['src/templates/bundle.ts'],
  juice: ['src/templates/inline-css.ts'],
  marked: ['src/templates/engines/markdown.ts'],
  chokidar: ['src/templates/watcher.ts'],
  'node:sqlite': ['src/store/sqlite/driver.ts'],
  selfsigned: ['src/net/tls.ts'],
  'iconv-lite': ['src/mime/charset.ts'],
  commander: ['src/cli/'],
  lilconfig: ['src/config/load.ts'],
  pino: ['src/cli/logger.ts'],
  preact: ['ui/'],
  '@preact/signals': ['ui/'],
  '@tanstack/virtual-core': ['ui/parts/virtual.ts'],
  dompurify: ['ui/sanitise/sanitise.ts'],
  idiomorph: ['ui/parts/morph.ts'],
  diff: ['ui/parts/line-changes.ts'],
  pixelmatch: ['ui/parts/pixels.ts'],
  'socket.io-client': ['ui/live.ts'],
}

/** Who may touch the file system. */
export const fileSystemOwners: readonly string[] = [
  'src/store/sqlite/',
  'src/store/doctor/',
  'src/config/',
  'src/cli/',
  'src/net/tls.ts',
  'src/private-folder.ts',
  'src/http/static.ts',
  'src/livereload/client-script.ts',
  'src/http/template-files.ts',
  'src/templates/',
  'src/replay/watch-globs.ts',
]

/** Names that say nothing of what is inside. */
export const emptyNames: readonly string[] = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'tools']

/** Most lines of a file, by the first pattern that fits; `*.data.ts` has no limit. */
export const fileCaps: readonly (readonly [start: string, lines: number])[] = [
  ['ui/views/', 200],
  ['test/', 300],
  ['', 400],
]

/** Most lines of a function outside of `test/`. */
export const functionCap = 60
