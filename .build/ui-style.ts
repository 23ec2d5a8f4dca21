import autoprefixer from 'autoprefixer'
import { transform } from 'esbuild'
import gulp from 'gulp'
import less from 'gulp-less'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import postcss from 'postcss'
import { root } from './files.ts'
import { targets } from './ui-scripts.ts'

const prefixer = postcss([
  autoprefixer({ overrideBrowserslist: ['chrome >= 111', 'firefox >= 115', 'safari >= 16.4'] }),
])

/** The UI's one style sheet: `ui/style/main.less` compiled, prefixed and made small. */
export async function buildStyle(): Promise<Uint8Array> {
  const compiled = await compile('ui/style/main.less')
  const { code } = await transform(await prefixed(compiled), { loader: 'css', minify: true, target: targets })
  return Buffer.from(code)
}

/** With prefixes for the browsers that the UI is built for. */
export async function prefixed(css: string): Promise<string> {
  const result = await prefixer.process(css, { from: undefined, map: false })
  return result.css
}

// A pipeline and not .pipe(): an error in a bare chain would leave the task hanging.
async function compile(entry: string): Promise<string> {
  const compiled: string[] = []
  const sink = new Writable({
    objectMode: true,
    write(file: { readonly contents: unknown }, _encoding, done) {
      if (Buffer.isBuffer(file.contents)) compiled.push(file.contents.toString())
      done()
    },
  })
  await pipeline(gulp.src(entry, { cwd: root }), less(), sink)
  return compiled.join('')
}
