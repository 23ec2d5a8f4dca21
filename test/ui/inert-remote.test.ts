import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { vectorBench, type Layers, type VectorBench } from '../support/vector-bench.ts'
import { remoteVectors } from './vectors/remote.ts'

// HTML-2, HTML-3, HTML-5: nothing is fetched from elsewhere. A sandbox has no say in that, so it is a control here.

let browser: Browser
let bench: VectorBench
before(async () => {
  ;[browser, bench] = await Promise.all([launchBrowser(), vectorBench()])
})
after(async () => {
  await Promise.all([browser.close(), bench.close()])
})

async function reached(layers: Layers): Promise<{ vectors: readonly string[]; connections: number }> {
  const page = await browser.newPage()
  const { reached: indexes, connections } = await bench.run(page, remoteVectors, layers)
  await page.close()
  return { vectors: indexes.map((index) => remoteVectors[index] ?? ''), connections }
}

test('control: without any layer most vectors reach the canary', async () => {
  assert.ok(remoteVectors.length >= 120)
  const { vectors } = await reached({ policy: 'none', sandbox: false, sanitiser: false })
  assert.ok(vectors.length >= 120, `only ${vectors.length} did`)
})

test('control: the sandbox alone does not keep them from it', async () => {
  const { vectors } = await reached({ policy: 'none', sandbox: true, sanitiser: false })
  assert.ok(vectors.length >= 120, `only ${vectors.length} did`)
})

test('the policy alone lets none reach it', async () => {
  const { vectors } = await reached({ policy: 'whole', sandbox: false, sanitiser: false })
  assert.deepEqual(vectors, [])
})

test('the sanitiser alone lets none reach it, and opens no connection', async () => {
  assert.deepEqual(await reached({ policy: 'none', sandbox: false, sanitiser: true }), { vectors: [], connections: 0 })
})

test('all layers together let none reach it, and open no connection', async () => {
  assert.deepEqual(await reached({ policy: 'whole', sandbox: true, sanitiser: true }), { vectors: [], connections: 0 })
})
