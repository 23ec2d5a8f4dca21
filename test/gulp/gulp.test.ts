/** Gulp itself, with the package as it is published. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gulpProject, type GulpProject } from '../support/gulp-project.ts'

const gulpfile = `
import gulp from 'gulp'
import { pipeline } from 'node:stream/promises'
import * as stuntmail from 'stuntmail/gulp'

const { src, dest } = gulp
const render = () => stuntmail.render({ timeoutMs: 60_000 })
export const piped = () => src('emails/**/*.*').pipe(render()).pipe(stuntmail.preview({ url: 'http://127.0.0.1:1' })).pipe(dest('out'))
export const pipelined = () => pipeline(src('emails/**/*.*'), render(), dest('out'))
const follow = (task) => (done) => void gulp.watch('emails/**/*', { delay: 10 }, task).on('ready', done)
export const watchPiped = gulp.series(piped, follow(piped))
export const watchPipelined = gulp.series(pipelined, follow(pipelined))
`
const good = '<p>{{name}}</p>'
let project: GulpProject

before(async () => {
  project = await gulpProject()
})
after(() => project.remove())

function emails(): void {
  project.put({
    'package.json': '{ "type": "module" }',
    'tsconfig.json': '{ "compilerOptions": { "jsx": "react-jsx" } }',
    'gulpfile.js': gulpfile,
    'emails/a.hbs': good,
    'emails/a.data.json': '{ "name": "Ann" }',
    'emails/b.tsx': 'export default () => <p>b</p>',
    'emails/c.ejs': '<%= n %>',
    'emails/c.data.js': 'export default { n: 3 }',
  })
}

const isWritten = (text: string): boolean => project.read('out/a.html') === text

let saves = 0

/** Gulp's chokidar passes over what is saved again within 50 ms, which only a program does: another file is seen. */
function save(text: string): void {
  project.put({ 'emails/a.hbs': text, [`emails/another-${++saves}.txt`]: '' })
}

for (const task of ['piped', 'pipelined']) {
  test(`a build that is ${task} ends when it is done`, async () => {
    emails()
    const gulp = project.gulp(task)
    assert.equal(await gulp.ended, 0, gulp.output())
    assert.equal(project.read('out/a.html'), '<p>Ann</p>')
    assert.equal(project.read('out/c.html'), '3')
    assert.match(project.read('out/b.html'), /<p>b<\/p>/)
    assert.equal(existsSync(join(project.folder, 'out/a.data.json')), false)
  })

  test(`a build that is ${task} fails with the place, and ends`, async () => {
    emails()
    project.put({ 'emails/a.hbs': '\n{{#if}}' })
    const gulp = project.gulp(task)
    assert.equal(await gulp.ended, 1, gulp.output())
    assert.match(gulp.output(), /Error in plugin "stuntmail\.render"/)
    assert.ok(gulp.output().includes(`${join(project.folder, 'emails', 'a.hbs')}:2`), gulp.output())
  })

  test(`a watch of what is ${task} goes on after a broken template`, async () => {
    emails()
    const name = task === 'piped' ? 'watchPiped' : 'watchPipelined'
    const gulp = project.gulp(name)
    await gulp.says(`Finished '${name}'`)
    for (const [round, text] of ['one', 'two'].entries()) {
      const from = gulp.output().length
      save('{{#if}}')
      await gulp.says(`'${task}' errored after`, from)
      await gulp.says('Parse error', from)
      const broken = gulp.output().length
      save(`${text} ${round}`)
      const finished = `Finished '${task}'`
      // Both saves may have a run of their own.
      for (let at = broken; !isWritten(`${text} ${round}`); at = gulp.output().indexOf(finished, at) + 1) {
        await gulp.says(finished, at)
      }
    }
    gulp.child.kill('SIGTERM')
    await gulp.ended
  })
}
