import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { findAsset } from '../../src/templates/assets.ts'
import { put, temporaryFolder } from './watched-folder.ts'

it('gives images, fonts and stylesheets under the root, and nothing else', async (t) => {
  const outer = temporaryFolder(t)
  const root = join(outer, 'emails')
  put(root, {
    'logo.PNG': '',
    'img/a b.svg': '',
    'style.css': '',
    'welcome.hbs': '',
    '.hidden.png': '',
    '.git/x.png': '',
    'node_modules/x.png': '',
    '.env.png': '',
    'folder.png/x.txt': '',
    '../secret.png': '',
  })
  fs.symlinkSync('welcome.hbs', join(root, 'source.png'))
  fs.symlinkSync('../secret.png', join(root, 'outside.png'))
  fs.symlinkSync('.hidden.png', join(root, 'shown.png'))
  fs.symlinkSync('logo.PNG', join(root, 'inside.svg'))

  assert.deepEqual(await findAsset(root, 'logo.PNG'), { path: join(root, 'logo.PNG'), mediaType: 'image/png' })
  assert.deepEqual(await findAsset(root, 'img/a b.svg'), {
    path: join(root, 'img/a b.svg'),
    mediaType: 'image/svg+xml',
  })
  assert.equal((await findAsset(root, 'style.css'))?.mediaType, 'text/css')
  assert.equal((await findAsset(root, 'inside.svg'))?.mediaType, 'image/png')
  for (const path of [
    'welcome.hbs',
    'nothing.png',
    'folder.png',
    '.hidden.png',
    '.env.png',
    '.git/x.png',
    'node_modules/x.png',
    'source.png',
    'outside.png',
    'shown.png',
    '../secret.png',
    'img/../logo.PNG',
    './logo.PNG',
    '/logo.PNG',
    join(root, 'logo.PNG'),
    'img\\a b.svg',
    'logo.PNG::$DATA',
    'logo.PNG\0.png',
    'img//a b.svg',
    '',
  ]) {
    assert.equal(await findAsset(root, path), undefined, JSON.stringify(path))
  }
})
