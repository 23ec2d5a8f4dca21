/** Tasks and their order; the work is in `.build/`. */
import gulp from 'gulp'
import { buildAll as build } from './.build/build.ts'
import * as checks from './.build/check.ts'
import { watchTasks } from './.build/watch.ts'

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

const { prepare, style, scripts, icons, images, server, start, follow } = watchTasks()

/** Stuntmail from source, and every save of its UI or its code in the open pages. */
const watch = gulp.series(prepare, gulp.parallel(style, scripts, icons, images, server), start, follow)

export { build, check, watch, watch as default }
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
