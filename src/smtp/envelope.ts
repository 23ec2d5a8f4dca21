/**
 * What came with a message but is no part of it: the SMTP envelope (RFC 5321 §2.3.1) and the circumstances of the
 * transaction. Plain data, kept beside the octets by the store as it is.
 */

/** MAIL FROM with its parameters. */
export interface ReversePath {
  /** Empty for the null reverse-path `<>`. RFC 5321 §4.5.5. */
  readonly address: string
  /** Not by the grammar of RFC 5321 §4.1.2: dots in places of their own, or no domain. */
  readonly irregular?: true
  /** SIZE= as the client declared it, octets. RFC 1870 §6. */
  readonly size?: number
  /** BODY=. RFC 6152 §3. */
  readonly body?: '7BIT' | '8BITMIME'
  /** SMTPUTF8 was given. RFC 6531 §3.4. */
  readonly smtpUtf8?: true
  /** RET=. RFC 3461 §4.3. */
  readonly ret?: 'FULL' | 'HDRS'
  /** ENVID=, decoded from xtext. RFC 3461 §4.4. */
  readonly envId?: string
}

/** RCPT TO with its parameters. */
export interface ForwardPath {
  readonly address: string
  /** As in `ReversePath`. */
  readonly irregular?: true
  /** NOTIFY=. RFC 3461 §4.1. */
  readonly notify?: readonly ('NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY')[]
  /** ORCPT=, `addr-type;address`, decoded from xtext. RFC 3461 §4.2. */
  readonly orcpt?: string
}

/** The other end of the connection. */
export interface SmtpClient {
  /** IPv4 or IPv6 literal without brackets; an IPv4-mapped address is shown as IPv4. */
  readonly address: string
  readonly port: number
}

/** The TLS session the transaction ran in. */
export interface TlsSession {
  /** As Node names it: `TLSv1.3`. */
  readonly version: string
  /** The standard name of the cipher suite: `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string
}

/** One mail transaction, from MAIL to the reply to the final dot. Times are milliseconds since 1970 (UTC). */
export interface SmtpEnvelope {
  readonly reversePath: ReversePath
  /** In the order of RCPT; never empty for SMTP. */
  readonly forwardPaths: readonly ForwardPath[]
  /** The argument of HELO or EHLO; empty when neither was said. */
  readonly heloName: string
  readonly client: SmtpClient
  /**
   * Name of the listener that took the message: `smtp`, `submission`, `smtps`; `http` for a message sent by REST; `imap` or
   * `imaps` for one that a client put into a mailbox, which has no paths.
   */
  readonly listener: string
  readonly tls?: TlsSession
  /** The user name given with AUTH. The secret is never kept. */
  readonly authUser?: string
  /** SASL mechanism used, `PLAIN`, `CRAM-MD5`, … */
  readonly authMechanism?: string
  /** When the connection was accepted. */
  readonly connectedAt: number
  /** When MAIL was received. */
  readonly mailAt: number
  /** When the final dot was received. */
  readonly dataAt: number
}
