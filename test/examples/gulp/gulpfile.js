import gulp from 'gulp'
import less from 'gulp-less'
import livereload from 'gulp-livereload'
import { once } from 'node:events'
import { pipeline } from 'node:stream/promises'
import * as stuntmail from 'stuntmail/gulp'

const liveReloadPort = 35729
const listen = { smtp: 1025, http: 8025, submission: false, smtps: false }

// pipeline() and not .pipe(): an error of any plugin fails the task, and the watch goes on.
export const styles = () => pipeline(gulp.src('styles/main.less'), less(), gulp.dest('build'), livereload())

export const scripts = () => pipeline(gulp.src('scripts/*.js'), gulp.dest('build'), livereload())

export const pages = () => pipeline(gulp.src('pages/*.html'), gulp.dest('build'), livereload())

export const emails = () =>
  pipeline(
    gulp.src('emails/**/*.*'),
    stuntmail.render({ data: { shop: 'Tea & Co' } }),
    stuntmail.preview(),
    gulp.dest('build/emails'),
    livereload(),
  )

export const serve = stuntmail.serve({ listen, templates: 'emails' })

export const build = gulp.parallel(styles, scripts, pages, emails)

async function follow() {
  livereload.listen({ host: '127.0.0.1', port: liveReloadPort })
  // Gulp waits 200 ms after a save unless it is told otherwise.
  const soon = { delay: 10 }
  const watchers = [
    gulp.watch('styles/**/*.less', soon, styles),
    gulp.watch('scripts/**/*.js', soon, scripts),
    gulp.watch('pages/**/*.html', soon, pages),
    gulp.watch('emails/**/*.*', soon, emails),
  ]
  await Promise.all(watchers.map((watcher) => once(watcher, 'ready')))
}

export const watch = gulp.series(serve, build, follow)
export default watch
