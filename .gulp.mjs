// gulp-cli reads this before gulpfile.ts. It lets plain `npx gulp` load the gulpfile as an ES module in TypeScript: tsx
// compiles it, and gulp-cli, which tries require() first, turns to import() on this error code only.
import { createRequire } from 'node:module'
import { register } from 'tsx/esm/api'

register()
// eslint-disable-next-line @typescript-eslint/no-deprecated -- gulp-cli's own way to load, and never to be removed
createRequire(import.meta.url).extensions['.ts'] = (_module, file) => {
  throw Object.assign(new Error(`${file} is an ES module`), { code: 'ERR_REQUIRE_ESM' })
}
