/** HTML-2: the sanitiser alone knows by where a string stands in CSS whether it is an address, not by its look. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { vectorBench, type Layers, type VectorBench } from '../support/vector-bench.ts'
import { cssVectors } from './vectors/css.ts'

const documents = cssVectors.map(({ css }) => `<style>${css}</style><p title="x">x</p>`)
const alone: Layers = { policy: 'none', sandbox: false, sanitiser: true }

let browser: Browser
let bench: VectorBench
before(async () => {
  ;[browser, bench] = await Promise.all([launchBrowser(), vectorBench()])
})
after(async () => {
  await Promise.all([browser.close(), bench.close()])
})

async function run(layers: Layers): Promise<{ reached: number[]; counted: number[]; connections: number }> {
  const page = await browser.newPage()
  const found = await bench.run(page, documents, layers)
  await page.close()
  return found
}

function cssOf(indexes: readonly number[]): readonly string[] {
  return indexes.map((index) => cssVectors[index]?.css ?? '')
}

test('control: without the sanitiser every row that says so is fetched', async () => {
  const { reached } = await run({ ...alone, sanitiser: false })
  const missed = cssVectors.filter(({ fetched }, index) => fetched && !reached.includes(index))
  assert.deepEqual(missed, [])
})

test('the sanitiser alone lets none be fetched, and opens no connection', async () => {
  const { reached, connections } = await run(alone)
  assert.deepEqual({ reached: cssOf(reached), connections }, { reached: [], connections: 0 })
})

test('what is fetched on request was counted', async () => {
  const { reached, counted } = await run({ ...alone, remote: true })
  assert.ok(reached.length >= 10, `control: only ${reached.length} were fetched`)
  assert.deepEqual(cssOf(reached.filter((index) => !counted.includes(index))), [])
})
