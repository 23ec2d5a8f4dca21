/** How names that are compared without case are compared: tags, users and mailboxes. Stores keep or compare these forms. */

/** A keyword or an AUTH user, so that equal names are equal strings. */
export function foldName(name: string): string {
  return name.toLowerCase()
}

/** A mailbox name: `INBOX` in any case of ASCII is one (alone or above others), otherwise case counts. RFC 9051 §5.1. */
export function foldMailbox(name: string): string {
  return name.normalize('NFC').replace(/^inbox(?=\/|$)/i, 'INBOX')
}
