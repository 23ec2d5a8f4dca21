import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { atMost, figure, median, percentile, shown, type Row } from './table.ts'

/** A file that is saved again and again. */
export interface Edit {
  readonly what: string
  /** Absolute. It is put back at the end. */
  readonly file: string
  /** The whole file, with a number in it that is new each time, and 0 when it is put back. */
  readonly contents: (marker: number) => string
}

/** @returns the wall clock, ms, at which the marker is there. Rejects when it never comes. */
export type Arrival = (marker: number) => Promise<number>

const warmUps = 2
const samples = 20
const giveUpMs = 15_000

/** Asks an open page every 4 ms for an expression that is the marker, as text, once it is there. Once for each page. */
export async function arrivalsIn(page: Page, expression: string): Promise<Arrival> {
  let seen = (_value: string, _at: number): void => undefined
  await page.exposeFunction('savedSeen', (value: string, at: number) => seen(value, at))
  await page.addInitScript(probeOf(expression))
  await page.evaluate(probeOf(expression))
  return (marker) =>
    new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${marker} never came`)), giveUpMs)
      seen = (value, at) => {
        if (value !== String(marker)) return
        clearTimeout(timer)
        resolve(at)
      }
    })
}

/** Reads a file every ms, for what writes a file and has no page. */
export function arrivalsInFile(file: string): Arrival {
  return async (marker) => {
    const end = wallClock() + giveUpMs
    while (!readFileSync(file, 'utf8').includes(`>${marker}<`)) {
      if (wallClock() > end) throw new Error(`${marker} never came`)
      await delay(1)
    }
    return wallClock()
  }
}

/**
 * From just before each write to the arrival, ms, 20 times after two that warm up; the gaps are random, so that nothing
 * falls into step with a watcher that polls.
 */
export async function saveTimes(edit: Edit, arrival: Arrival): Promise<number[]> {
  const times: number[] = []
  for (let sample = 0; sample < warmUps + samples; sample++) {
    await delay(500 + Math.random() * 500)
    const taken = await save(edit, arrival, 1000 + sample)
    if (sample >= warmUps) times.push(taken)
  }
  writeFileSync(edit.file, edit.contents(0))
  return times
}

/** A hundred saves within a second, five times over: from the last save to the page that shows it, ms. */
export async function burstTimes(edit: Edit, arrival: Arrival): Promise<number[]> {
  const times: number[] = []
  for (let burst = 2; burst < 7; burst++) {
    await delay(1000)
    const start = wallClock()
    for (let nth = 1; nth < 100; nth++) {
      writeFileSync(edit.file, edit.contents(burst * 1000 + nth))
      await delay(Math.max(0, start + nth * 10 - wallClock()))
    }
    times.push(await save(edit, arrival, burst * 1000 + 100))
  }
  writeFileSync(edit.file, edit.contents(0))
  return times
}

/** Median, at most so many ms, and 95th percentile. */
export function savedRows(what: string, times: readonly number[], reach: number): Row[] {
  return [
    atMost(`${what}, median of ${times.length}`, median(times), reach, 'ms'),
    figure(`${what}, p95`, `${shown(percentile(times, 95))} ms`),
  ]
}

async function save({ what, file, contents }: Edit, arrival: Arrival, marker: number): Promise<number> {
  const arrived = arrival(marker)
  const start = wallClock()
  writeFileSync(file, contents(marker))
  try {
    return (await arrived) - start
  } catch (cause) {
    throw new Error(`${what}: what was saved was not shown`, { cause })
  }
}

/** As the page's own clock, ms with fractions. */
const wallClock = (): number => performance.timeOrigin + performance.now()

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
