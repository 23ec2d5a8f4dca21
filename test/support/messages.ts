import type { Arrival, Receipt, Store } from '../../src/store/store.ts'
import type { SmtpEnvelope } from '../../src/smtp/envelope.ts'

/** A plain message, CRLF line ends. `fields` are added to its header as they are. */
export function plainMessage(subject: string, body = 'Hello', fields: readonly string[] = []): Buffer {
  const header = [
    'From: Ann <ann@example.com>',
    'To: Bob <bob@example.com>',
    `Subject: ${subject}`,
    'Date: Mon, 23 Nov 2026 10:00:00 +0000',
    ...fields,
  ]
  return Buffer.from(`${header.join('\r\n')}\r\n\r\n${body}\r\n`)
}

export function envelopeTo(forwardPaths: readonly string[], more: Partial<SmtpEnvelope> = {}): SmtpEnvelope {
  return {
    reversePath: { address: 'ann@example.com' },
    forwardPaths: forwardPaths.map((address) => ({ address })),
    heloName: 'client.example',
    client: { address: '127.0.0.1', port: 40000 },
    listener: 'smtp',
    connectedAt: 1,
    mailAt: 2,
    dataAt: 3,
    ...more,
  }
}

export function arrivalTo(forwardPaths: readonly string[], more: Partial<Arrival> = {}): Arrival {
  return {
    envelope: envelopeTo(forwardPaths),
    sessionId: 'session-1',
    prologue: 'S: 220 ready\nC: EHLO client.example',
    conversation: 'C: MAIL FROM:<ann@example.com>\nS: 250 OK',
    filing: forwardPaths.map((account) => ({ account: account.toLowerCase(), mailbox: 'INBOX', flags: [] })),
    ...more,
  }
}

/** Delivers a message as SMTP would. */
export async function deliver(
  store: Store,
  octets: Uint8Array,
  arrival = arrivalTo(['bob@example.com']),
): Promise<Receipt> {
  const reception = store.receive()
  await reception.write(octets)
  return reception.commit(arrival)
}

/** The raw octets of a message, whole. */
export async function rawOf(store: Store, key: string): Promise<Buffer> {
  const octets = await store.octets(key)
  if (!octets) throw new Error(`no octets of ${key}`)
  try {
    return Buffer.from(await octets.read(0, octets.octets))
  } finally {
    octets.close()
  }
}
