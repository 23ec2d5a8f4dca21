import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { vectorBench, type Layers, type VectorBench } from '../support/vector-bench.ts'
import { scriptVectors } from './vectors/scripts.ts'

// HTML-1, HTML-3, HTML-6: each layer alone keeps every vector from running.

let browser: Browser
let bench: VectorBench
before(async () => {
  ;[browser, bench] = await Promise.all([launchBrowser(), vectorBench()])
})
after(async () => {
  await Promise.all([browser.close(), bench.close()])
})

async function fired(layers: Layers): Promise<readonly string[]> {
  const page = await browser.newPage()
  const { fired: indexes } = await bench.run(page, scriptVectors, layers)
  await page.close()
  return indexes.map((index) => scriptVectors[index] ?? '')
}

test('control: without any layer most vectors run', async () => {
  assert.ok(scriptVectors.length >= 80)
  const ran = await fired({ policy: 'none', sandbox: false, sanitiser: false })
  assert.ok(ran.length >= 80, `only ${ran.length} ran`)
})

test('the policy alone lets none run, even without its sandbox', async () => {
  assert.deepEqual(await fired({ policy: 'without-sandbox', sandbox: false, sanitiser: false }), [])
})

test('the sandbox alone lets none run', async () => {
  assert.deepEqual(await fired({ policy: 'none', sandbox: true, sanitiser: false }), [])
})

test('the sanitiser alone lets none run', async () => {
  assert.deepEqual(await fired({ policy: 'none', sandbox: false, sanitiser: true }), [])
})

test('all layers together let none run', async () => {
  assert.deepEqual(await fired({ policy: 'whole', sandbox: true, sanitiser: true }), [])
})
