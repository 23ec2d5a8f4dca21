/** Files that renderings show, and what is asked for instead of them. TPL-2. */
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { openTemplates } from '../../src/templates/open.ts'
import { temporaryFolder } from '../support/command.ts'
import { ask, serve } from './served.ts'

const folder = temporaryFolder()
const root = join(folder, 'emails')
mkdirSync(join(root, 'my images'), { recursive: true })
const put = (path: string, content: string): void => writeFileSync(join(folder, path), content)
put('emails/a.hbs', '<p>{{secret}}</p>')
put('emails/a.data.json', '{ "secret": 1 }')
put('emails/style.css', 'p{}')
put('emails/my images/ünï 100%.png', 'PNG')
put('emails/.hidden.png', 'PNG')
put('emails/page.html', '<script>1</script>')
put('emails/script.js', '1')
put('emails/picture.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')
put('outside.png', 'PNG')
symlinkSync(join(folder, 'outside.png'), join(root, 'link.png'))

const templates = await openTemplates({ root, projectDirectory: root })
after(() => templates.close())
const { port } = await serve({ services: { templates } })

describe('files of templates', () => {
  it('are given with their type, tag and nothing that runs', async () => {
    const style = await ask(port, '/template-files/style.css')
    assert.deepEqual([style.status, style.text, style.headers['content-type']], [200, 'p{}', 'text/css; charset=utf-8'])
    const picture = await ask(port, '/template-files/picture.svg')
    assert.equal(picture.headers['content-type'], 'image/svg+xml')
    assert.match(String(picture.headers['content-security-policy']), /default-src 'none'.*sandbox/)
    assert.equal(picture.headers['x-content-type-options'], 'nosniff')
    const again = await ask(port, '/template-files/style.css', {
      headers: { 'If-None-Match': String(style.headers.etag) },
    })
    assert.equal(again.status, 304)
  })
  it('may have any name', async () => {
    const path = `/template-files/${encodeURIComponent('my images')}/${encodeURIComponent('ünï 100%.png')}`
    assert.equal((await ask(port, path)).status, 200)
  })
  const others = [
    'a.hbs',
    'a.data.json',
    'page.html',
    'script.js',
    '.hidden.png',
    'link.png',
    '../outside.png',
    '..%2Foutside.png',
    '%2e%2e/outside.png',
    'my%20images/..%5c..%5coutside.png',
    'x/../../outside.png',
    'style.css%00.png',
    'style.css/',
    '/style.css',
    'C:/windows/win.png',
    '%ff.png',
    '%',
    '',
  ]
  for (const path of others) {
    it(`are not “${path}”`, async () => {
      assert.equal((await ask(port, `/template-files/${path}`)).status, 404)
    })
  }
})
