/** Tasks and their order; the work is in `.build/`. */
import gulp from 'gulp'
import { buildAll as build } from './.build/build.ts'
import * as checks from './.build/check.ts'

const {
  types,
  lint,
  format,
  architecture,
  unused,
  packaged,
  unit,
  transcripts,
  store,
  http,
  live,
  cli,
  interop,
  browser,
} = checks

/** What CI runs. */
const check = gulp.series(
  gulp.series(types, lint, format, architecture, unused),
  build,
  packaged,
  gulp.series(unit, transcripts, store, http, live, cli, interop, browser),
)

export { build, check }
export {
  types,
  lint,
  format,
  architecture,
  unused,
  packaged,
  unit,
  transcripts,
  store,
  http,
  live,
  cli,
  interop,
  browser,
}
