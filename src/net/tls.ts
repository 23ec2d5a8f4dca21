/** The certificate of this installation: made when first needed, kept, renewed, there to be downloaded and trusted. */
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { makePrivateFolder } from '../private-folder.ts'

export interface CertificateOptions {
  /** Where `tls/key.pem` and `tls/cert.pem` are kept, mode 0600. Undefined: in memory only. */
  readonly directory: string | undefined
  readonly log: Log
  readonly clock: Clock
}

/** Nothing is read or made before the first call; all callers share one certificate. */
export interface CertificateSource {
  /** What a TLS server needs. @throws when the directory cannot be written. */
  secureContext(): Promise<tls.SecureContext>
  /** The certificate alone, to be trusted. */
  pem(): Promise<string>
}

interface KeyPair {
  readonly key: string
  readonly cert: string
  /** Milliseconds since 1970. */
  readonly notAfter: number
}

interface Loaded extends KeyPair {
  readonly context: tls.SecureContext
}

const dayMs = 86_400_000
/** Under the 825 days that Apple's systems allow a server certificate, so that it seldom has to be trusted again. */
const validDays = 820
const renewDays = 30

export function certificateSource(options: CertificateOptions): CertificateSource {
  let current: Promise<Loaded> | undefined
  const load = async (): Promise<Loaded> => {
    const kept = await current?.catch(() => undefined)
    if (kept !== undefined && isFresh(kept, options.clock)) return kept
    const pair = (await readPair(options)) ?? (await makePair(options))
    return { ...pair, context: tls.createSecureContext({ key: pair.key, cert: pair.cert, minVersion: 'TLSv1.2' }) }
  }
  // Each caller waits for the one before it, so that one certificate is made however many ask at once.
  const loaded = (): Promise<Loaded> => (current = load())
  return {
    secureContext: async () => (await loaded()).context,
    pem: async () => (await loaded()).cert,
  }
}

function isFresh(pair: KeyPair, clock: Clock): boolean {
  return pair.notAfter - clock.now() > renewDays * dayMs
}

/** @returns undefined when there is none that can be used. */
async function readPair({ directory, log, clock }: CertificateOptions): Promise<KeyPair | undefined> {
  if (directory === undefined) return undefined
  try {
    const [key, cert] = await Promise.all(paths(directory).map((path) => readFile(path, 'utf8')))
    if (key === undefined || cert === undefined) return undefined
    const certificate = new X509Certificate(cert)
    const pair = { key, cert, notAfter: Date.parse(certificate.validTo) }
    if (!certificate.checkPrivateKey(createPrivateKey(key))) throw new Error('key and certificate do not match')
    if (isFresh(pair, clock)) return pair
    log.info({ notAfter: certificate.validTo }, 'the TLS certificate runs out; a new one is made')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!missing) log.warn({ err: error }, 'the TLS certificate cannot be used; a new one is made')
  }
  return undefined
}

/**
 * A self-signed server certificate and no authority: whoever trusts it trusts this one server, and its key can vouch for
 * no other name. OpenSSL, GnuTLS, Node, Go and Java take such a certificate as a trust anchor for itself.
 */
async function makePair({ directory, clock }: CertificateOptions): Promise<KeyPair> {
  const {
    default: { generate },
  } = await import('selfsigned')
  const name = hostname()
  const now = clock.now()
  const notAfter = now + validDays * dayMs
  const dnsNames = [...new Set(['localhost', '*.localhost', name])].filter((dns) => /^[\w.*-]+$/.test(dns))
  const made = await generate([{ name: 'commonName', value: 'Stuntmail on ' + name.slice(0, 50) }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // An hour back, for containers whose clock differs.
    notBeforeDate: new Date(now - 3_600_000),
    notAfterDate: new Date(notAfter),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...dnsNames.map((value) => ({ type: 2 as const, value })),
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  const pair = { key: made.private, cert: made.cert, notAfter }
  if (directory !== undefined) await keepPair(directory, pair)
  return pair
}

async function keepPair(directory: string, pair: KeyPair): Promise<void> {
  makePrivateFolder(join(directory, 'tls'))
  const [keyPath, certPath] = paths(directory)
  await writeWhole(keyPath, pair.key)
  await writeWhole(certPath, pair.cert)
}

/** The file is there whole or not at all, and readable by its owner only. */
async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(unfinished, text, { mode: 0o600, flag: 'wx', flush: true })
  await chmod(unfinished, 0o600)
  await rename(unfinished, path)
}

function paths(directory: string): [key: string, cert: string] {
  return [join(directory, 'tls', 'key.pem'), join(directory, 'tls', 'cert.pem')]
}
