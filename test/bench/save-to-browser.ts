import { join } from 'node:path'
import { launchBrowser } from '../support/browser.ts'
import { startWatch } from '../support/watch.ts'
import { arrivalsIn, savedRows, saveTimes, type Edit } from './saves.ts'
import type { Row } from './table.ts'

/** What is edited, where the page shows it, and how soon it should. */
interface Case extends Edit {
  /** Expression in the page that is the marker, as text, once it is there. */
  readonly probe: string
  /** Milliseconds, for the median. */
  readonly reach: number
}

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
    const cases: Case[] = [
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
        ...saved(
          'ui/parts/top-bar.tsx',
          '<span class="brand-name">Stuntmail</span>',
          (marker) => `<span id="saved">${marker}</span>`,
        ),
        probe: "document.getElementById('saved').textContent",
        reach: 250,
      },
    ]
    const rows: Row[] = []
    for (const each of cases) {
      say(`save: ${each.what}`)
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
      await page.goto(watch.url)
      await page.waitForSelector('.pulse.live')
      rows.push(...savedRows(each.what, await saveTimes(each, await arrivalsIn(page, each.probe)), each.reach))
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
