import { environmentName, optionKeys, optionOf, type Option, type OptionKey } from './options.ts'
import type { Resolved } from './resolve.ts'

/** The initial value of an option in words: `1000`, `none`. */
export function initialText(key: OptionKey): string {
  const row = optionOf(key)
  return row.initially ?? row.kind.show(row.initial)
}

/** The options as a table in Markdown, for README. */
export function optionsTable(): string {
  const rows = optionKeys.map((key) => {
    const row = optionOf(key)
    const flag = `--${row.flag}${row.argument === undefined ? '' : ` ${row.argument}`}`
    const embedded = row.embeddedInitially === undefined ? '' : `; in process ${row.embeddedInitially}`
    return [code(flag), environmentCell(row), keyCell(key, row), row.help, `${initialText(key)}${embedded}`]
  })
  const cells = [
    ['flag', 'environment', 'configuration file', 'what', 'default'],
    ['---', '---', '---', '---', '---'],
    ...rows,
  ]
  return cells.map((line) => `| ${line.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n')
}

function environmentCell(row: Option<unknown>): string {
  return row.from === 'flag' ? '' : code(environmentName(row))
}

function keyCell(key: OptionKey, row: Option<unknown>): string {
  return row.from === 'anyone' || row.from === 'command' ? code(key) : ''
}

function code(text: string): string {
  return `\`${text}\``
}

/** Every option with its value and where it comes from, one a line; secrets left out. */
export function settingsTable({ settings, origins }: Resolved): string {
  const rows = optionKeys.map((key) => [key, optionOf(key).kind.show(settings[key]), origins.get(key) ?? 'default'])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n')
}

/** The same as data. */
export function settingsObject({ settings, origins }: Resolved): object {
  return Object.fromEntries(
    optionKeys.map((key) => [
      key,
      { value: optionOf(key).kind.show(settings[key]), from: origins.get(key) ?? 'default' },
    ]),
  )
}
