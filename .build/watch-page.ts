/** The page of the watch, the icons and the images. */
import gulp from 'gulp'
import livereload from 'gulp-livereload'
import { existsSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type Vinyl from 'vinyl'
import { readClientScript } from '../src/livereload/client-script.ts'
import { scriptPath } from '../src/livereload/endpoint.ts'
import { read, root } from './files.ts'
import { images } from './ui-images.ts'
import { buildIcons } from './ui-icons.ts'
import { uiFolder, type Output } from './watch-output.ts'

/** Before LiveReload tries again after a server that went away; milliseconds. */
const reconnect = 'mindelay=100&maxdelay=1000'
const styleTag = '<link rel="stylesheet" href=".{{style}}" />'

/** Makes the page from `ui/index.html`: a link for each sheet, the module of the watch, and LiveReload after it. */
export async function buildPage(output: Output, sheets: readonly string[]): Promise<void> {
  const template = await read('ui/index.html')
  if (!template.includes(styleTag)) throw new Error(`ui/index.html: there is no ${styleTag}`)
  const links = sheets.map((sheet) => `<link rel="stylesheet" href="{{/${sheet}}}" />`)
  const scripts = [
    '<script type="module" src="{{/watch.js}}"></script>',
    `<script defer src=".${scriptPath}?${reconnect}"></script>`,
  ]
  const page = template
    .replace(styleTag, links.join('\n    '))
    .replaceAll('.{{icons}}', '{{/icons.svg}}')
    .replaceAll('.{{script}}', '{{/main.js}}')
    .replace('</head>', `  ${scripts.join('\n    ')}\n  </head>`)
  output.setPage(page.replace('<html ', '<html data-build="{{build}}" '))
}

/** The sprite of icons. */
export async function buildWatchedIcons(output: Output): Promise<void> {
  await output.write([{ path: '/icons.svg', contents: await buildIcons() }])
}

/** Every image of the UI, octet by octet. @param changed absolute; those that are gone are taken away. */
export async function buildImages(output: Output, changed: ReadonlySet<string> = new Set()): Promise<void> {
  for (const file of changed) {
    const path = `/${relative(join(root, 'ui'), file).split(sep).join('/')}`
    if (!existsSync(file)) await output.remove(path)
  }
  const onlyNew = new Transform({
    objectMode: true,
    transform(file: Vinyl, _encoding, done) {
      const { contents } = file
      const path = `/images/${file.relative.replaceAll('\\', '/')}`
      done(null, Buffer.isBuffer(contents) && output.isNew(path, contents) ? file : undefined)
    },
  })
  // Without `encoding: false` gulp would take them for text.
  const files = gulp.src(images, { cwd: root, encoding: false })
  await pipeline(files, onlyNew, gulp.dest(join(uiFolder, 'images')), livereload())
}

/** The client that the page loads. */
export async function buildClientScript(output: Output): Promise<void> {
  await output.write([{ path: scriptPath, contents: await readClientScript() }])
}
