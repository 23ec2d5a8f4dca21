import { starttlsListeners, type ListenerName, type Settings } from './options.ts'

/** How a listener comes to TLS: `none`, it stays plain; `starttls`, where the client asks for it; `implicit`, at once. */
export type ListenerTls = 'none' | 'starttls' | 'implicit'

export function tlsOf(
  name: ListenerName,
  settings: Pick<Settings, 'starttls' | 'mailRequireTls' | 'smtpHide'>,
): ListenerTls {
  if (name === 'smtps' || name === 'pop3s' || name === 'imaps') return 'implicit'
  const possible = starttlsListeners.find((each) => each === name)
  if (possible === undefined) return 'none'
  // A login that needs TLS could not happen otherwise.
  if (settings.mailRequireTls && (name === 'pop3' || name === 'imap')) return 'starttls'
  const hidden = hiddenOn(name, settings).includes('STARTTLS')
  return settings.starttls.includes(possible) && !hidden ? 'starttls' : 'none'
}

/** The extensions of SMTP that this listener neither offers nor understands. */
export function hiddenOn(
  name: ListenerName,
  { smtpHide }: Pick<Settings, 'smtpHide'>,
): Settings['smtpHide'][number]['extension'][] {
  const smtp = name === 'smtp' || name === 'submission' || name === 'smtps'
  if (!smtp) return []
  return smtpHide
    .filter(({ listener }) => listener === undefined || listener === name)
    .map(({ extension }) => extension)
}

/** The listener of the same protocol that begins in plain text. */
const plainTwin = { smtps: 'smtp', pop3s: 'pop3', imaps: 'imap', submission: 'smtp' } as const

/**
 * For people whose client fails at TLS on this listener: how to do without, as an instruction.
 * @param portOf port that a listener is bound to; undefined where it is off.
 */
export function withoutTls(
  name: ListenerName,
  settings: Parameters<typeof tlsOf>[1],
  portOf: (name: ListenerName) => number | undefined,
): string {
  if (settings.mailRequireTls && /^(?:imap|pop3)/.test(name)) return 'start Stuntmail without --mail-require-tls'
  const twin = Object.entries(plainTwin).find(([each]) => each === name)?.[1]
  const port = twin && portOf(twin)
  if (twin !== undefined && port !== undefined && tlsOf(twin, settings) === 'none') {
    return `connect without TLS to port ${port}`
  }
  switch (tlsOf(name, settings)) {
    case 'implicit':
      return `start Stuntmail with --${twin ?? name} PORT and connect there without TLS`
    case 'starttls':
      return 'switch STARTTLS off in the client'
    case 'none':
      return `switch STARTTLS off in the client, or start Stuntmail with --starttls ${name}`
  }
}
