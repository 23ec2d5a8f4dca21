// Read by gulp-cli before gulpfile.ts. It lets plain `npx gulp` load the gulpfile as an ES module in TypeScript:
// tsx compiles it, and gulp-cli, which tries require() first, turns to import() on this error code only.
require('tsx/esm/api').register()
require.extensions['.ts'] = (_module, file) => {
  throw Object.assign(new Error(`${file} is an ES module`), { code: 'ERR_REQUIRE_ESM' })
}
module.exports = {}
