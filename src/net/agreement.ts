import type tls from 'node:tls'

/** What was agreed on in a TLS handshake. */
export interface TlsAgreement {
  /** As Node names it: `TLSv1.3`. */
  readonly version: string
  /** Standard name of the cipher suite. */
  readonly cipher: string
}

/** @returns undefined where the connection was reset already: Node knows nothing of it then, whatever its types say. */
export function agreementOf(socket: tls.TLSSocket): TlsAgreement | undefined {
  const cipher = socket.getCipher() as tls.CipherNameAndProtocol | null | undefined
  const version = socket.getProtocol()
  return !cipher || version === null ? undefined : { version, cipher: cipher.standardName }
}
