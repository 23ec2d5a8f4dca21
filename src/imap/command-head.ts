import { redacted, shownMechanism } from '../net/secrets.ts'

/** Commands whose arguments are secrets. SEC-1. */
export const secretArguments = new Set(['LOGIN', 'AUTHENTICATE'])

/** How a command begins. */
export interface Head {
  /** `*` where there is none. */
  readonly tag: string
  /** In capitals. */
  readonly name: string
  readonly uid: boolean
  /** As it is shown in answers. */
  readonly shown: string
  /** Where its arguments begin. */
  readonly end: number
}

// tag = 1*<any ASTRING-CHAR except "+">                          RFC 9051 §9
const headPattern = /^([!#$&',\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]{1,100}) (?:(UID) )?([A-Za-z]{1,20})(?=[ \r]|$)/i

/** @returns what can be read of it, whatever it says. */
export function readHead(text: string): Head {
  const match = headPattern.exec(text)
  if (match === null) {
    const tag = /^([!#$&',\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]{1,100})(?= |$)/.exec(text)?.[1] ?? '*'
    return { tag, name: '', uid: false, shown: '', end: text.length }
  }
  const [whole, tag = '*', uid, name = ''] = match
  const capitals = name.toUpperCase()
  const shown = uid === undefined ? capitals : `UID ${capitals}`
  return { tag, name: capitals, uid: uid !== undefined, shown, end: whole.length }
}

/** A command as a transcript has it. */
export function shownCommand(head: Head, text: string): string {
  if (head.name === 'AUTHENTICATE') return shownMechanism(`${head.tag} AUTHENTICATE`, text.slice(head.end))
  if (secretArguments.has(head.name)) return `${head.tag} ${head.name} ${redacted}`
  return text.length > 1000 ? `${text.slice(0, 1000)} …` : text
}
