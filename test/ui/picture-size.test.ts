import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { declaredPixels } from '../../ui/parts/picture-size.ts'
import { launchBrowser } from '../support/browser.ts'
import { deliver } from '../support/messages.ts'
import { fc } from '../support/properties.ts'
import { startUiServer, type UiServer } from '../support/ui-server.ts'

let browser: Browser
let server: UiServer
before(async () => {
  ;[browser, server] = await Promise.all([launchBrowser(), startUiServer()])
})
after(async () => {
  await Promise.all([browser.close(), server.stop()])
})

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const pictures: readonly (readonly [name: string, octets: Buffer, pixels: number | undefined])[] = [
  ['PNG', hex('89504e470d0a1a0a 0000000d 49484452 00000003 00000005 0802000000'), 15],
  ['PNG, a bomb', hex('89504e470d0a1a0a 0000000d 49484452 0000ffff 0000ffff 0802000000'), 65_535 * 65_535],
  ['GIF', hex('474946383961 0300 0500 000000'), 15],
  ['JPEG', hex('ffd8 ffe0 0004 0000 ffc0 0011 08 0005 0003 03 000000'), 15],
  ['JPEG, progressive, after a table and fill octets', hex('ffd8 ffc4 0004 0000 ffff ffc2 0011 08 0005 0003 03'), 15],
  ['JPEG whose frame header is not here', hex('ffd8 ffe1 ffff 0000 0000 0000'), undefined],
  ['WebP, lossy', hex('52494646 00000000 57454250 56503820 00000000 000000 9d012a 0300 0500'), 15],
  ['WebP, lossless', hex('52494646 00000000 57454250 5650384c 00000000 2f 02000100 0000000000'), 15],
  ['WebP, extended', hex('52494646 00000000 57454250 56503858 00000000 00000000 020000 040000'), 15],
  [
    'WebP of a kind that there is not',
    hex('52494646 00000000 57454250 56503859 00000000 00000000 020000 040000'),
    undefined,
  ],
  ['SVG', Buffer.from('<svg width="3" height="5"/>'), undefined],
  ['nothing', Buffer.alloc(0), undefined],
]

for (const [name, octets, pixels] of pictures) {
  test(`MIME-9: pixels of ${name}`, () => assert.equal(declaredPixels(octets), pixels))
}

test('MIME-9: any beginning of any octets has a size or none', () => {
  const beginning = fc.constantFrom(...pictures.map(([, octets]) => octets))
  fc.assert(
    fc.property(beginning, fc.nat({ max: 40 }), fc.uint8Array({ maxLength: 60 }), (octets, cut, rest) => {
      const pixels = declaredPixels(Buffer.concat([octets.subarray(0, cut), rest]))
      assert.ok(pixels === undefined || (Number.isInteger(pixels) && pixels >= 0))
    }),
    { numRuns: 5_000 },
  )
})

test('MIME-9: a browser gets no picture of more than 20 megapixels as a thumbnail', async () => {
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  const attached = (name: string, content: string): string[] => [
    '--b',
    `Content-Type: image/png; name="${name}"`,
    `Content-Disposition: attachment; filename="${name}"`,
    'Content-Transfer-Encoding: base64',
    '',
    content,
  ]
  const lines = [
    'Content-Type: multipart/mixed; boundary=b',
    '',
    ...attached('bomb.png', (pictures[1]?.[1] ?? Buffer.alloc(0)).toString('base64')),
    ...attached('small.png', pixel),
    '--b--',
    '',
  ]
  const { key } = await deliver(server.store, Buffer.from(lines.join('\r\n')))
  const page = await browser.newPage()
  const asked = page.waitForResponse((response) => response.url().endsWith(`${key}/parts/1`))
  await page.goto(`${server.url}/?message=${key}`)
  const item = (name: string) => page.getByRole('listitem').filter({ hasText: name })
  await item('small.png').locator('img').waitFor()
  await (await asked).finished()
  await page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown))))
  assert.equal(await item('bomb.png').locator('img').count(), 0)
  assert.equal(await item('bomb.png').count(), 1)
  await page.close()
})
