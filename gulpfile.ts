/** Tasks and their order; the work is in `.build/`. */
import gulp from 'gulp'
import { buildAll as build } from './.build/build.ts'
import * as checks from './.build/check.ts'

const { types, lint, format, architecture, unused, unit, transcripts, store, http, live, cli, interop, browser } =
  checks

/** What CI runs. */
const check = gulp.series(
  gulp.series(types, lint, format, architecture, unused),
  build,
  gulp.series(unit, transcripts, store, http, live, cli, interop, browser),
)

export { build, check }
export { types, lint, format, architecture, unused, unit, transcripts, store, http, live, cli, interop, browser }
