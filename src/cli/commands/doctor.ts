import { Command } from 'commander'
import { existsSync } from 'node:fs'
import { systemClock } from '../../clock.ts'
import { StartError } from '../../start-error.ts'
import type { Rebuilt } from '../../store/doctor/calls.ts'
import { exitCodes } from '../exit-code.ts'
import { addOptionFlags } from '../option-flags.ts'
import { commandSettings } from '../settings.ts'

/** `stuntmail doctor`: looks at everything in the data folder; asked to, makes its database again. */
export function doctorCommand(): Command {
  const command = new Command('doctor')
    .description('Look at everything in the data folder, and say what is wrong; the server must not run')
    .option('--rebuild', 'Make store.db again from the messages; the files from before are kept')
  addOptionFlags(command, ['data', 'memory', 'config'])
  return command.action(async () => {
    const { data } = (await commandSettings(command)).settings
    if (data === undefined) throw new StartError('data', 'Nothing is kept with --memory: there is nothing to look at.')
    await doctor({ directory: data, rebuilds: command.opts<{ rebuild?: true }>().rebuild === true })
  })
}

async function doctor(request: { directory: string; rebuilds: boolean }): Promise<void> {
  const { directory } = request
  if (!existsSync(directory))
    throw new StartError('data', `There is no folder ${directory}. Give another with --data DIR.`)
  const { seeDoctor } = await import('../../store/doctor/doctor.ts')
  try {
    const { text, advice, healthy, rebuilt } = await seeDoctor(
      { ...request, at: systemClock.now() },
      { progress: showProgress, log: ({ text: line }) => process.stderr.write(`${line}\n`) },
    )
    clearProgress()
    print(`${text}\n${rebuilt === undefined ? advice : rebuiltText(rebuilt)}`)
    process.exitCode = healthy || rebuilt !== undefined ? exitCodes.done : exitCodes.unhealthy
  } catch (error) {
    clearProgress()
    if (!(error instanceof Error)) throw error
    throw new StartError('data', error.name === 'StoreError' ? `${error.message}.` : `${directory}: ${error.message}`, {
      cause: error,
    })
  }
}

function rebuiltText({ messages, fromHeader, before }: Rebuilt): string {
  const count = (number: number): string => number.toLocaleString('en')
  return [
    `store.db was made again with ${count(messages)} messages.`,
    ...(fromHeader > 0
      ? [`The envelopes of ${count(fromHeader)} were taken from their header fields; they are shown as rebuilt.`]
      : []),
    `The files from before are in ${before}.`,
  ].join('\n')
}

/** One line that is written over; only for people who look. */
function showProgress({ what, done, of }: { what: string; done: number; of: number }): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}: ${of === 0 ? 100 : Math.floor((done / of) * 100)} %`)
}

function clearProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
