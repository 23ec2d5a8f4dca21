#!/usr/bin/env node
/** The command line: commands, help and exit codes. */
import { Command, CommanderError, Help, type Option } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { nearest } from '../config/nearest.ts'
import { doctorCommand } from './commands/doctor.ts'
import { replayCommand } from './commands/replay.ts'
import { serveCommand } from './commands/serve.ts'
import { exitCodeOf, exitCodes, exitCodesHelp } from './exit-code.ts'

async function main(args: readonly string[]): Promise<void> {
  const program = commandLine()
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    process.exitCode = report(program, error)
  }
}

function commandLine(): Command {
  const program = new Command('stuntmail')
  const serve = serveCommand()
  const replay = replayCommand()
  const commands = [serve, replay, doctorCommand()]
  program
    .description('The stunt double for your mail server: catches every message an app sends, delivers none, shows all.')
    .usage('[command] [options]')
    .version(manifest.version, '--version', 'Print the version')
    .helpOption('--help', 'Print this')
    .helpCommand(false)
    .addHelpText(
      'after',
      [
        '',
        'Every option is also STUNTMAIL_NAME in the environment (--smtp-user: STUNTMAIL_SMTP_USER; several users one a line)',
        'and a key in stuntmail.config.json, .js, .mjs or .ts. A flag counts before the environment, the environment before',
        'the file. A listener takes 0 for any free port and off for none; IPv6 hosts stand in brackets: [::1]:1025.',
        '',
        exitCodesHelp,
      ].join('\n'),
    )
  for (const command of commands) {
    program.addCommand(command, { isDefault: command === serve })
    command.helpOption('--help', 'Print this').allowExcessArguments(true)
    if (command === serve) command.hook('preAction', () => refuseWords(program, command))
  }
  for (const command of [program, ...commands]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined })
    command.configureHelp({
      helpWidth: 110,
      optionTerm,
      ...(command === program && { visibleOptions: allOptions(serve) }),
    })
  }
  return program
}

/** The help of the program tells the options of the command that runs without a name. */
function allOptions(serve: Command): (command: Command) => Option[] {
  const help = new Help()
  return (command) => [...serve.options, ...help.visibleOptions(command)]
}

function optionTerm({ flags }: Option): string {
  return flags.replace(/[<>]/g, '')
}

/** A word that is no command ends up as an argument of the command that runs without a name. */
function refuseWords(program: Command, command: Command): void {
  const [word] = command.args
  if (word === undefined) return
  const near = nearest(
    word,
    program.commands.map((each) => each.name()),
  )
  const hint = near === undefined ? '' : ` Did you mean ${near}?`
  throw new CommanderError(exitCodes.usage, 'stuntmail.unknownCommand', `There is no command ${word}.${hint}`)
}

/** Says what was wrong on standard error. @returns the exit code. */
function report(program: Command, error: unknown): number {
  if (error instanceof CommanderError) {
    // Help and version were printed already.
    if (error.exitCode === 0) return exitCodes.done
    say(`${error.message.replace(/^error: /, '')}\nSee stuntmail --help.`)
    return exitCodes.usage
  }
  const code = exitCodeOf(error)
  if (code === undefined) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return exitCodes.internal
  }
  say(error instanceof Error ? error.message : String(error))
  return code

  function say(text: string): void {
    process.stderr.write(`${program.name()}: ${text}\n`)
  }
}

// Whoever read what we say may be gone (`| head -1`): a server runs on, a command ends as it would.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })
}
await main(process.argv.slice(2))
