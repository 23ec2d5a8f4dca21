/** A line of the client as a verb and its argument. RFC 5321 §2.4, §4.1.1. */
import { isUtf8 } from 'node:buffer'

/** Without CRLF. */
export const maxLineOctets = {
  /** Above RFC 5321 §4.5.3.1.4, for DSN and SMTPUTF8 parameters. */
  command: 2_048,
  /** RFC 4954 §4. */
  auth: 12_288,
} as const

export interface CommandLine {
  /** All of it, decoded. */
  readonly line: string
  /** In upper case. */
  readonly verb: string
  /** Without blanks around it. */
  readonly argument: string
  /** Its octets were UTF-8, or ASCII alone: nothing was changed to read them. */
  readonly faithful: boolean
}

const nonAscii = /[\x80-\xff]/

/**
 * @param octets one character per octet. RFC 6531 §3.3: what is not ASCII is UTF-8. A line that is not is read as
 * ISO-8859-1, so that no octet of it is lost: such names are what older Windows clients give in EHLO.
 */
export function parseCommandLine(octets: string): CommandLine {
  const international = nonAscii.test(octets) ? Buffer.from(octets, 'latin1') : undefined
  const faithful = international === undefined || isUtf8(international)
  const line = faithful ? (international?.toString() ?? octets) : octets
  const space = line.indexOf(' ')
  const verb = (space === -1 ? line : line.slice(0, space)).toUpperCase()
  const argument = space === -1 ? '' : trimBlanks(line, space)
  return { line, verb, argument, faithful }
}

/** Blanks are SP and HT: `trim` would take away more, and with it what must be refused. */
function trimBlanks(text: string, from: number): string {
  let start = from
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}
