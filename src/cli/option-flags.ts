import { Option as Flag, type Command } from 'commander'
import { optionKeys, optionOf, type OptionKey } from '../config/options.ts'
import { initialText } from '../config/options-table.ts'
import type { Source } from '../config/resolve.ts'

/** Gives a command options of the table, every one by default. Values are taken as they are; `resolve.ts` reads them. */
export function addOptionFlags(command: Command, keys: readonly OptionKey[] = optionKeys): void {
  for (const key of keys) command.addOption(flagOf(key))
}

function flagOf(key: OptionKey): Flag {
  const row = optionOf(key)
  const initial = row.argument === undefined ? '' : ` (${initialText(key)})`
  const name = `--${row.flag}`
  const flag = new Flag(row.argument === undefined ? name : `${name} <${row.argument}>`, `${row.help}${initial}`)
  // commander takes the brackets of `[HOST:]PORT` for its own.
  flag.optional = false
  flag.helpGroup(`${row.group}:`)
  if (row.kind.repeatable)
    flag.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value])
  return flag
}

/** What was given on the command line. */
export function flagSource(command: Command, folder: string): Source {
  const given = new Map<string, unknown>(Object.entries(command.opts()))
  const values = new Map<OptionKey, unknown>()
  for (const key of optionKeys) {
    const value = given.get(flagOf(key).attributeName())
    if (value !== undefined) values.set(key, value)
  }
  return { values, folder, nameOf: (key) => `--${optionOf(key).flag}` }
}
