/** What of a conversation may be shown. SEC-1. */

/** In the place of a secret, or of what may be one. */
export const redacted = '[redacted]'

/** Mechanism names that may be shown; anything else in their place may be a secret that slipped. */
const mechanismNames = new Set([
  ...['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2', 'OAUTHBEARER', 'DIGEST-MD5', 'NTLM', 'GSSAPI', 'EXTERNAL', 'ANONYMOUS'],
  ...['SCRAM-SHA-1', 'SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'],
])

/** A login by a mechanism, without its initial response. @param argument what follows the command. */
export function shownMechanism(command: string, argument: string): string {
  const [mechanism = '', ...rest] = argument.trim().split(/[ \t]+/)
  if (mechanism === '') return command
  if (!mechanismNames.has(mechanism.toUpperCase())) return `${command} ${redacted}`
  return rest.length === 0 ? `${command} ${mechanism}` : `${command} ${mechanism} ${redacted}`
}

/**
 * A line that is no command, as it may be shown: it may be a login that was written wrong, as people do by hand, or what a
 * client goes on with after one that was refused. Its first word, where that can be a command of somebody's, in one case.
 * @param loginSeen whether a login was tried before it.
 */
export function shownUnknown(line: string, loginSeen: boolean): string {
  if (loginSeen || /auth|login|pass|apop/i.test(line.slice(0, 200))) return redacted
  const text = line.trim()
  const [word = ''] = text.split(/[ \t]/, 1)
  if (text === '') return ''
  if (!/^(?:[A-Z]{2,20}|[A-Z]?[a-z]{2,20})$/.test(word)) return redacted
  return word === text ? word : `${word} ${redacted}`
}
