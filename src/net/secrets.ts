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
 * Whether a line that is no command may hold a secret: a login that was written wrong, as people do by hand, or what a
 * client goes on with after a login that was refused.
 * @param loginSeen whether a login was tried before it.
 */
export function mayBeSecret(line: string, loginSeen: boolean): boolean {
  return loginSeen || /auth|login|pass|apop/i.test(line.slice(0, 200))
}
