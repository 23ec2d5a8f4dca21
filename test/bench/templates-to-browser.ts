import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { root as repository } from '../../.build/files.ts'
import { launchBrowser } from '../support/browser.ts'
import { arrivalsIn, burstTimes, savedRows, saveTimes, type Arrival, type Edit } from './saves.ts'
import { startOurs } from './servers.ts'
import { atLeast, atMost, failure, figure, median, shown, type Row } from './table.ts'
import { mjmlWatch, reactEmail, type Measured } from './template-peers.ts'
import { data, layout, program, samples, type Edited, type Sample } from './template-samples.ts'

/** The program itself: what `python3` finds first may be the script of a version manager, which takes longer than Python. */
function python(): string {
  return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()
}

/** Of the first frame in view. */
const inFrame = (within: string): string =>
  `document.querySelector('${within}')?.contentDocument?.querySelector('h1')?.textContent.trim()`

/** A server of ours with the samples, and the browser that looks at them. */
interface Bench {
  readonly browser: Browser
  readonly http: number
  /** Absolute path of a template. */
  at(file: string): string
  say(text: string): void
}

/**
 * From the save of a template to the changed page, median of 20 for each engine; the live side of a captured message;
 * many saves at once. What others have for the same template is measured right after ours.
 *
 * @param peers folder with `node_modules` of the peers that are not ours to install
 */
export async function templatesToBrowser(peers: string, say: (text: string) => void): Promise<Row[]> {
  const folder = projectWithSamples()
  try {
    const server = await startOurs(['--config', join(folder, 'config.json')])
    try {
      const browser = await launchBrowser()
      try {
        return await measure(
          { browser, http: server.http ?? 0, at: (file) => join(folder, 'emails', file), say },
          peers,
        )
      } finally {
        await browser.close()
      }
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function projectWithSamples(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stuntmail-bench-'))
  const write = (path: string, contents: string): void => writeFileSync(join(folder, path), contents)
  mkdirSync(join(folder, 'emails/partials'), { recursive: true })
  mkdirSync(join(folder, 'emails/components'))
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'))
  write('emails/partials/row.hbs', '<p>Row</p>')
  write('render.py', program)
  for (const { file, source } of samples) {
    write(`emails/${file}`, source('start'))
    write(`emails/${nameOf(file)}.data.json`, JSON.stringify(data))
  }
  write(`emails/${layout.file}`, layout.source('start'))
  for (const user of layout.users) write(`emails/${user}`, layout.user)
  const commands = [{ glob: '*.tpl', command: [python(), 'render.py'] }]
  write('config.json', JSON.stringify({ templates: { directory: './emails', commands } }))
  return folder
}

async function measure(bench: Bench, peers: string): Promise<Row[]> {
  const found: Row[] = []
  for (const sample of samples) found.push(...(await orFailure(sample.what, () => ofSample(bench, peers, sample))))
  found.push(...(await orFailure(layout.what, () => ofLayout(bench, peers))))
  return [...found, ...(await orFailure('captured message, 100 saves', () => ofFirst(bench)))]
}

/** One that fails leaves the rest of the table alone. */
async function orFailure(what: string, measured: () => Promise<Row[]>): Promise<Row[]> {
  try {
    return await measured()
  } catch (error) {
    console.error(error)
    return [failure(what, error)]
  }
}

async function ofSample(bench: Bench, peers: string, sample: Sample): Promise<Row[]> {
  const times = await inOurPage(bench, preview(sample.file), sample)
  const rows = savedRows(`${sample.what}, save to page`, times, sample.reach)
  if (sample.what === 'MJML') {
    const peer = { name: 'mjml --watch, to its file', reach: 7, measured: () => mjmlWatch(sample) }
    rows.push(...(await against(bench, times, peer)))
  }
  if (sample.what === 'React Email') {
    const measured = (): Promise<Measured> => reactEmail(bench.browser, peers, sample)
    rows.push(...(await against(bench, times, { name: 'React Email’s dev server', reach: 25, measured })))
  }
  return rows
}

async function ofLayout(bench: Bench, peers: string): Promise<Row[]> {
  const [user = ''] = layout.users
  const times = await inOurPage(bench, preview(user), layout)
  const name = 'React Email’s dev server, a layout used by 50'
  const measured = (): Promise<Measured> => reactEmail(bench.browser, peers, layout)
  return [
    ...savedRows(`${layout.what}, save to page`, times, layout.reach),
    ...(await against(bench, times, { name, reach: 25, measured })),
  ]
}

/** Of the first engine: the live side of a message that was captured, and saves faster than anybody reads. */
async function ofFirst(bench: Bench): Promise<Row[]> {
  const [first] = samples
  if (first === undefined) return []
  const captured = { path: `?message=${await capture(bench.http)}&tab=live`, frame: 'iframe[title="Live"]' }
  const what = `captured message, live side (${first.what})`
  const times = await inOurPage(bench, captured, { ...first, what })
  const many = '100 saves within a second'
  const last = await inOurPage(bench, preview(first.file), { ...first, what: many }, burstTimes)
  return [
    ...savedRows(`${what}, save to page`, times, first.reach + 5),
    atMost(`${many}, last save to last one shown, slowest of ${last.length}`, Math.max(...last), 150, 'ms'),
  ]
}

const nameOf = (file: string): string => file.slice(0, file.indexOf('.'))
/** Where our page shows a template. */
interface View {
  readonly path: string
  /** Selector of the frame. */
  readonly frame: string
}
const preview = (file: string): View => ({
  path: `?view=template&template=${nameOf(file)}`,
  frame: '.template-pane iframe',
})

async function inOurPage(
  { browser, http, at, say }: Bench,
  { path, frame }: View,
  { what, file, source }: Edited,
  times: (edit: Edit, arrival: Arrival) => Promise<number[]> = saveTimes,
): Promise<number[]> {
  say(`templates: ${what}`)
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  try {
    await page.goto(`http://127.0.0.1:${http}/${path}`)
    await page.waitForSelector('.pulse.live')
    await page.frameLocator(frame).getByText('start').waitFor()
    const contents = (marker: number): string => source(marker === 0 ? 'start' : marker)
    return await times({ what, file: at(file), contents }, await arrivalsIn(page, inFrame(frame)))
  } finally {
    await page.close()
  }
}

interface TemplatePeer {
  readonly name: string
  /** How many times faster we should be. */
  readonly reach: number
  readonly measured: () => Promise<Measured>
}

/** A peer's own figure, and how many times faster ours are. */
async function against(bench: Bench, ours: readonly number[], { name, reach, measured }: TemplatePeer): Promise<Row[]> {
  bench.say(`templates: ${name}`)
  return orFailure(name, async () => {
    const theirs = await measured()
    if (typeof theirs === 'string') return [figure(name, theirs)]
    return [
      figure(`${name}, median of ${theirs.length}`, `${shown(median(theirs))} ms`),
      atLeast(`faster than ${name}`, median(theirs) / median(ours), reach, 'times'),
    ]
  })
}

/** @returns the key of a message that is of the first template, with data of its own. */
async function capture(port: number): Promise<string> {
  const headers = [
    { name: 'X-Stuntmail-Template', value: 'handlebars' },
    { name: 'X-Stuntmail-Data', value: Buffer.from(JSON.stringify(data)).toString('base64url') },
  ]
  const answer = await fetch(`http://127.0.0.1:${port}/api/messages`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ from: 'a@example.com', to: ['b@example.com'], html: '<p>sent</p>', headers }),
  })
  return ((await answer.json()) as { key: string }).key
}
