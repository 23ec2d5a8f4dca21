/** HTML-1, HTML-2, HTML-3, HTML-5, HTML-6 in Firefox, driven by WebDriver BiDi: each layer alone, scripts and requests. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launch, type Browser } from 'puppeteer-core'
import { vectorBench, type BenchPage, type Layers, type VectorBench } from '../support/vector-bench.ts'
import { cssVectors } from './vectors/css.ts'
import { remoteVectors } from './vectors/remote.ts'
import { scriptVectors } from './vectors/scripts.ts'

const executablePath = process.env['FIREFOX'] ?? ''
const skip = executablePath === '' && 'There is no Firefox here, and none could be installed'

const none: Layers = { policy: 'none', sandbox: false, sanitiser: false }
/** In Firefox MathML has links, which the bench follows as a person would: no policy keeps anybody from that. */
const withoutLinks = remoteVectors.filter((vector) => !vector.startsWith('<math href='))
const styles = cssVectors.map(({ css }) => `<style>${css}</style><p title="x">x</p>`)

describe('hostile HTML in Firefox', { skip }, () => {
  let browser: Browser
  let bench: VectorBench
  before(async () => {
    // No network: whatever Firefox asks for on its own ends here.
    const extraPrefsFirefox = {
      'network.proxy.type': 1,
      'network.proxy.http': '127.0.0.1',
      'network.proxy.http_port': 9,
      'network.proxy.ssl': '127.0.0.1',
      'network.proxy.ssl_port': 9,
      'network.proxy.no_proxies_on': '127.0.0.1',
      'network.proxy.allow_hijacking_localhost': false,
    }
    bench = await vectorBench()
    browser = await launch({ browser: 'firefox', executablePath, headless: true, extraPrefsFirefox })
  })
  after(async () => {
    await Promise.all([browser.close(), bench.close()])
  })

  async function run(vectors: readonly string[], layers: Layers) {
    const page = await browser.newPage()
    page.setDefaultTimeout(0)
    try {
      const { fired, reached, connections } = await bench.run(page as BenchPage, vectors, layers)
      const named = (indexes: readonly number[]): readonly string[] => indexes.map((index) => vectors[index] ?? '')
      return { fired: named(fired), reached: named(reached), connections }
    } finally {
      await page.close()
    }
  }

  test('control: without any layer most scripts run, and most requests are made', async () => {
    assert.ok((await run(scriptVectors, none)).fired.length >= 70)
    assert.ok((await run(remoteVectors, none)).reached.length >= 80)
    assert.ok((await run(styles, none)).reached.length >= 20)
  })

  for (const [name, layers] of Object.entries({
    'the policy alone, without its sandbox': { ...none, policy: 'without-sandbox' },
    'the sandbox alone': { ...none, sandbox: true },
    'the sanitiser alone': { ...none, sanitiser: true },
    'all layers together': { policy: 'whole', sandbox: true, sanitiser: true },
  } satisfies Record<string, Layers>)) {
    test(`${name}: no script runs`, async () => {
      assert.deepEqual((await run(scriptVectors, layers)).fired, [])
    })
  }

  for (const [name, layers] of Object.entries({
    'the policy alone': { ...none, policy: 'whole' },
    'the sanitiser alone': { ...none, sanitiser: true },
    'all layers together': { policy: 'whole', sandbox: true, sanitiser: true },
  } satisfies Record<string, Layers>)) {
    test(`${name}: nothing is asked for elsewhere`, async () => {
      assert.deepEqual((await run(layers.sanitiser ? remoteVectors : withoutLinks, layers)).reached, [])
      assert.deepEqual((await run(styles, layers)).reached, [])
    })
  }
})
