import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const source = join(import.meta.dirname, '../../ui')
const making = /\bcreateObjectURL\b/

test('HTML-10: the UI makes no blob URL, so that none has an active type', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path))
  assert.ok(files.includes(join('parts', 'drawing.ts')), 'control: what makes a Blob is looked at')
  for (const file of files) assert.doesNotMatch(readFileSync(join(source, file), 'utf8'), making, file)
  assert.match('link.href = URL.createObjectURL(new Blob([html], { type }))', making, 'control')
})
