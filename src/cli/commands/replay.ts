import { Command, CommanderError } from 'commander'
import { resolve } from 'node:path'
import { systemClock } from '../../clock.ts'
import type { ReplayResult } from '../../replay/runs.ts'
import { exitCodes } from '../exit-code.ts'
import { onSignals } from '../signals.ts'

interface ReplayOptions {
  readonly on: readonly string[]
  readonly url: string
  readonly timeout: string
}

/** `stuntmail replay`: a command that sends mail, run now and on every save, until a signal ends it. */
export function replayCommand(): Command {
  const command = new Command('replay')
    .description('Run a command that sends mail now and on every save; a running server shows what it changes')
    .usage("--on './emails/**' -- npm run send-welcome")
    .argument('<command...>', 'The command and its arguments, after --')
    .option('--on <GLOB>', 'Files it is run on, relative to here; may be given again', collect, [])
    .option(
      '--url <URL>',
      'The server: http://user:password@host:port where it asks for a password',
      'http://localhost:8025',
    )
    .option('--timeout <SECONDS>', 'Of one run', '60')
  return command.action((argv: string[]) => replay(argv, command.opts<ReplayOptions>()))
}

function collect(glob: string, globs: readonly string[]): readonly string[] {
  return [...globs, glob]
}

async function replay(argv: readonly string[], { on, url, timeout }: ReplayOptions): Promise<void> {
  const [program, ...rest] = argv
  if (program === undefined || on.length === 0) throw wrong("Say which files it is run on: --on './emails/**'")
  const seconds = Number(timeout)
  if (!(seconds >= 0.1 && seconds <= 3_600))
    throw wrong(`--timeout: “${timeout}” does not do. Give 0.1 to 3600 seconds`)
  const [{ ReplayLoop }, { remoteKeeper }, { watchGlobs, NoSuchFolder }] = await Promise.all([
    import('../../replay/loop.ts'),
    import('../../replay/remote-keeper.ts'),
    import('../../replay/watch-globs.ts'),
  ])
  const keeper = remoteKeeper(serverUrl(url))
  const loop = new ReplayLoop({
    argv: [program, ...rest],
    cwd: process.cwd(),
    timeoutMs: seconds * 1000,
    keeper,
    onEnd: (result) => print(ended(result)),
    onFault: (error) => print(error instanceof Error ? error.message : String(error)),
  })
  const folder = process.cwd()
  const onSave = (): void => loop.saved()
  const watched = await watchGlobs({ globs: on, folder, clock: systemClock, onSave }).catch((error: unknown) => {
    throw error instanceof NoSuchFolder ? wrong(`--on: ${error.message}`) : error
  })
  onSignals(() => {
    void Promise.all([watched.close(), loop.close()]).then(() => process.exit(exitCodes.done))
  })
  print(`${argv.join(' ')} runs now, and when ${on.map((glob) => resolve(glob)).join(', ')} is saved.`)
  loop.saved()
}

function ended({ problem, output }: ReplayResult): string {
  return problem === undefined ? 'Replayed.' : [problem, output].filter((text) => text !== '').join('\n')
}

function serverUrl(text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text)
    if (url.protocol === 'http:') return url
  }
  throw wrong(`--url: “${text}” does not do. Give an address as http://localhost:8025`)
}

function wrong(text: string): CommanderError {
  return new CommanderError(exitCodes.usage, 'stuntmail.replay', `${text}.`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
