/** Extensions that EHLO offers. RFC 5321 §4.1.1.1. */

/** Each of them can be hidden: then it is neither offered nor understood. `VRFY` is a command of RFC 5321 §3.5 that EHLO does not list. */
export const extensionNames = [
  'PIPELINING', // RFC 2920
  'SIZE', // RFC 1870
  '8BITMIME', // RFC 6152
  'SMTPUTF8', // RFC 6531
  'ENHANCEDSTATUSCODES', // RFC 2034
  'DSN', // RFC 3461
  'STARTTLS', // RFC 3207
  'AUTH', // RFC 4954
  'HELP', // RFC 5321 §4.1.1.8
  'VRFY',
] as const

export type ExtensionName = (typeof extensionNames)[number]

export const authMechanisms = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'] as const

export interface Circumstances {
  readonly secure: boolean
  readonly authenticated: boolean
  readonly maxMessageOctets: number
}

/** The lines of the reply to EHLO after its first. */
export function ehloLines(offered: ReadonlySet<ExtensionName>, now: Circumstances): string[] {
  return extensionNames.flatMap((name) => {
    if (!offered.has(name)) return []
    if (name === 'SIZE') return [`SIZE ${now.maxMessageOctets}`]
    if (name === 'STARTTLS') return now.secure ? [] : [name] // RFC 3207 §4.2
    if (name === 'AUTH') return now.authenticated ? [] : [`AUTH ${authMechanisms.join(' ')}`]
    return name === 'VRFY' ? [] : [name]
  })
}
