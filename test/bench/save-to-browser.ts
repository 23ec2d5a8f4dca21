import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../support/browser.ts'
import { startWatch } from '../support/watch.ts'
import { atMost, figure, median, percentile, shown, type Row } from './table.ts'

/** A file that is saved again and again, and where the page shows what was saved. */
export interface Edit {
  readonly what: string
  /** Absolute. It is put back at the end. */
  readonly file: string
  /** The whole file, with a number in it that is new each time. */
  readonly contents: (marker: number) => string
  /** Expression in the page that is the marker, as text, once it is there. */
  readonly probe: string
  /** Milliseconds, for the median. */
  readonly reach: number
}

const warmUps = 2
const samples = 20
const giveUpMs = 15_000

/**
 * From just before the write of a file to the moment when the page has it, median of 20 with random gaps; the page is
 * asked every 4 ms.
 */
export async function savesToBrowser(say: (text: string) => void): Promise<Row[]> {
  const watch = await startWatch()
  const browser = await launchBrowser()
  try {
    const at = (path: string): string => join(watch.folder, path)
    const saved = (path: string, before: string, after: (marker: number) => string) => {
      const [head = '', tail] = watch.read(path).split(before)
      if (tail === undefined) throw new Error(`${path} has no ${before}`)
      return { file: at(path), contents: (marker: number) => head + after(marker) + tail }
    }
    const edits: Edit[] = [
      {
        what: 'LESS leaf, style applied',
        ...saved('ui/style/top-bar.less', '.brand {', (marker) => `.brand { --saved: ${marker};`),
        probe: "getComputedStyle(document.querySelector('.brand')).getPropertyValue('--saved').trim()",
        reach: 45,
      },
      {
        what: 'LESS variable that all sheets import, style applied in the last',
        ...saved('ui/style/variables.less', '@s7: 48px;', (marker) => `@s7: ${marker}px;`),
        probe: padding,
        reach: 100,
      },
      {
        what: 'TypeScript component, page back with its state',
        ...saved('ui/parts/top-bar.tsx', '<h1>Stuntmail</h1>', (marker) => `<h1 id="saved">${marker}</h1>`),
        probe: "document.getElementById('saved').textContent",
        reach: 250,
      },
    ]
    const rows: Row[] = []
    for (const edit of edits) {
      say(`save: ${edit.what}`)
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
      await page.goto(watch.url)
      await page.waitForSelector('.pulse.live')
      rows.push(...(await saveAgainAndAgain(page, edit)))
      await page.close()
    }
    return rows
  } finally {
    await browser.close()
    await watch.end()
  }
}

/** The marker in a rule of the last sheets, whatever shows it. */
const padding = `[...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).filter(({ selectorText }) => selectorText === '.page').at(-1)?.style.paddingBottom.replace('px', '')`

/** Measures one edit in an open page. @returns median and 95th percentile. */
export async function saveAgainAndAgain(page: Page, edit: Edit): Promise<Row[]> {
  let seen = (_value: string, _at: number): void => undefined
  await page.exposeFunction('savedSeen', (value: string, at: number) => seen(value, at))
  await page.addInitScript(probeOf(edit.probe))
  await page.evaluate(probeOf(edit.probe))
  const original = edit.contents(0)
  const times: number[] = []
  for (let sample = 0; sample < warmUps + samples; sample++) {
    await delay(500 + Math.random() * 200)
    const marker = 1000 + sample
    const arrival = new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${edit.what}: ${marker} never came`)), giveUpMs)
      seen = (value, at) => {
        if (value !== String(marker)) return
        clearTimeout(timer)
        resolve(at)
      }
    })
    const start = performance.timeOrigin + performance.now()
    writeFileSync(edit.file, edit.contents(marker))
    const at = await arrival
    if (sample >= warmUps) times.push(at - start)
  }
  writeFileSync(edit.file, original)
  return [
    atMost(`${edit.what}, median of ${samples}`, median(times), edit.reach, 'ms'),
    figure(`${edit.what}, p95`, `${shown(percentile(times, 95))} ms`),
  ]
}

/** A program for the page. */
function probeOf(expression: string): string {
  return `if (window === window.top) {
    let last
    setInterval(() => {
      try {
        const value = ${expression}
        if (value !== undefined && value !== last) savedSeen((last = value), performance.timeOrigin + performance.now())
      } catch {
        // Not there yet.
      }
    }, 4)
  }`
}
