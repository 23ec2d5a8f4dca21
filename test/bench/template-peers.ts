import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { root as repository } from '../../.build/files.ts'
import { arrivalsIn, arrivalsInFile, saveTimes } from './saves.ts'
import { layout, samples, type Edited } from './template-samples.ts'

/** Milliseconds from save to result, or why there are none. */
export type Measured = readonly number[] | string

/** The CLI of MJML itself, to the file that it writes: it has no page. */
export async function mjmlWatch({ what, file, source }: Edited): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'stuntmail-bench-'))
  const edited = join(folder, file)
  const written = join(folder, 'written.html')
  writeFileSync(edited, source('start'))
  const tool = start([join(repository, 'node_modules/mjml/bin/mjml'), '--watch', edited, '-o', written], folder)
  try {
    await until(() => existsSync(written), 'mjml --watch')
    return await saveTimes({ what: `mjml --watch, ${what}`, file: edited, contents: source }, arrivalsInFile(written))
  } finally {
    await tool.stop()
    rmSync(folder, { recursive: true })
  }
}

/** React Email's dev server, with the same templates, from the save to the preview in its page. */
export async function reactEmail(browser: Browser, peers: string, edit: Edited): Promise<Measured> {
  const cli = join(peers, 'node_modules/react-email/dist/cli/index.mjs')
  // Two versions: with another one of its page, the tool asks a question and waits for the answer.
  if (!existsSync(cli))
    return `not installed: npm install --prefix ${peers} react-email@6.11.6 @react-email/ui@6.11.6 @react-email/components react react-dom`
  // Inside, as its bundler follows no link out of the project.
  const folder = mkdtempSync(join(peers, 'emails-'))
  const write = (file: string, contents: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), contents)
  }
  for (const { file, source } of samples) if (file.endsWith('.tsx')) write(file, source('start'))
  write(layout.file, layout.source('start'))
  for (const user of layout.users) write(user, layout.user)
  const port = await freePort()
  const tool = start([cli, 'dev', '--dir', folder, '--port', String(port)], peers)
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } })
  try {
    const shown = edit.file === layout.file ? layout.users[0] : edit.file
    const url = `http://localhost:${port}/preview/${(shown ?? '').replace('.tsx', '')}`
    await until(() => answers(url), 'React Email')
    const page = await context.newPage()
    await page.goto(url)
    await page.frameLocator('iframe').getByText('start').waitFor({ timeout: 60_000 })
    const probe = `document.querySelector('iframe')?.contentDocument?.querySelector('h1')?.textContent.trim()`
    const contents = (marker: number): string => edit.source(marker === 0 ? 'start' : marker)
    const saved = { what: `React Email’s dev server, ${edit.what}`, file: join(folder, edit.file), contents }
    return await saveTimes(saved, await arrivalsIn(page, probe))
  } finally {
    await context.close()
    await tool.stop()
    rmSync(folder, { recursive: true })
  }
}

/** A script that starts others: they are in a group of its own, and end with it. */
function start(args: readonly string[], cwd: string): { stop(): Promise<void> } {
  const child = spawn(process.execPath, args, { cwd, stdio: 'ignore', detached: true })
  const gone = once(child, 'exit')
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // None of them is left.
    }
  }
  process.once('exit', kill)
  return {
    async stop() {
      kill()
      process.off('exit', kill)
      await gone
    },
  }
}

async function until(ready: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + 60_000
  while (!(await ready())) {
    if (performance.now() > end) throw new Error(`${what} did not start`)
    await delay(50)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(30_000) })).ok
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return address !== null && typeof address === 'object' ? address.port : 0
}
