/** The log of the command line, by pino: JSON, one object a line; short lines for people where standard error is a terminal. */
import { pino } from 'pino'
import type { LogLevel } from '../config/options.ts'
import type { Log } from '../log.ts'

export interface LoggerOptions {
  readonly level: LogLevel
  /** Short lines instead of JSON. */
  readonly human: boolean
}

/** Writes to standard error, at once, so that nothing is lost when the process ends. */
export function createLogger({ level, human }: LoggerOptions): Log {
  const destination = pino.destination({ dest: 2, sync: true })
  // Whoever read it may be gone, a terminal too: that ends nothing.
  destination.on('error', () => undefined)
  const settings = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  if (!human) return pino(settings, destination)
  return pino(settings, { write: (line: string) => void destination.write(shortLine(line)) })
}

const levelNames: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [20, 'debug'],
  [30, 'info'],
  [40, 'warning'],
  [50, 'error'],
])

/** `12:30:59 warning: message refused session=1f err="…"`. */
export function shortLine(json: string): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${fieldText(value)}`)
  const clockTime = String(time).slice(11, 19)
  return `${clockTime} ${levelNames.get(level) ?? 'log'}: ${printable(String(msg))}${rest.join('')}\n`
}

function fieldText(value: unknown): string {
  if (typeof value === 'string') return /^[\w.:/@-]+$/.test(value) ? value : JSON.stringify(value)
  if (typeof value === 'object' && value !== null && 'message' in value) return JSON.stringify(value.message)
  return JSON.stringify(value)
}

/** Nothing that a terminal would act on. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ')
}
