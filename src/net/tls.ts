/**
 * The certificate of the TLS listeners: the user's own, or one of this installation, which is made when first needed, kept,
 * renewed, and there to be downloaded and trusted.
 */
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { chmod, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import { makePrivateFolder } from '../private-folder.ts'

export interface CertificateOptions {
  /** Where `tls/key.pem` and `tls/cert.pem` are kept, mode 0600. Undefined: in memory only. */
  readonly directory: string | undefined
  /** The user's own, PEM; no other is made then. Key and chain may be in one file. */
  readonly files?: { readonly cert: string; readonly key: string } | undefined
  /** More names and IP addresses for a certificate that is made. Default none. */
  readonly names?: readonly string[]
  readonly log: Log
  readonly clock: Clock
}

/** Nothing is read or made before the first call; all callers share one certificate. */
export interface CertificateSource {
  /** What a TLS server needs. @throws when the directory cannot be written. */
  secureContext(): Promise<tls.SecureContext>
  /** The certificate alone, to be trusted; of the user's own with its chain. Never a key. */
  pem(): Promise<string>
  /** Reads the files again, for the handshakes from now on. @throws where they cannot be used; then all stays as it was. */
  reload(): Promise<void>
}

interface KeyPair {
  readonly key: string
  readonly cert: string
}

interface Loaded {
  /** One certificate, or a chain. */
  readonly cert: string
  readonly context: tls.SecureContext
}

const dayMs = 86_400_000
/** Under the 825 days that Apple's systems allow a server certificate, so that it seldom has to be trusted again. */
const validDays = 820
const renewDays = 30

export function certificateSource(options: CertificateOptions): CertificateSource {
  let current: Promise<Loaded> | undefined
  /** One at a time, however often it is asked for. */
  let reloading: Promise<void> = Promise.resolve()
  const load = async (kept: Loaded | undefined): Promise<Loaded> => {
    if (options.files !== undefined) return kept ?? (await readFiles(options.files, options))
    if (kept !== undefined && isUsable(new X509Certificate(kept.cert), options)) return kept
    return withContext((await readPair(options)) ?? (await makePair(options)))
  }
  // Each caller waits for the one before it, so that one certificate is made however many ask at once.
  const loaded = (): Promise<Loaded> => (current = after(current, load))
  return {
    secureContext: async () => (await loaded()).context,
    pem: async () => (await loaded()).cert,
    reload() {
      // What was made and is kept nowhere cannot be read again.
      if (options.files === undefined && options.directory === undefined) return Promise.resolve()
      reloading = reloading
        .catch(() => undefined)
        .then(async () => {
          const fresh = load(undefined)
          await fresh
          current = fresh
        })
      return reloading
    },
  }
}

async function after(
  before: Promise<Loaded> | undefined,
  load: (kept: Loaded | undefined) => Promise<Loaded>,
): Promise<Loaded> {
  return load(await before?.catch(() => undefined))
}

function withContext({ key, cert }: KeyPair): Loaded {
  return { cert, context: tls.createSecureContext({ key, cert, minVersion: 'TLSv1.2' }) }
}

/** @throws with the file and what is wrong with it, in words. */
async function readFiles(
  { cert, key }: { readonly cert: string; readonly key: string },
  { log, clock }: CertificateOptions,
): Promise<Loaded> {
  const [certText, keyText] = await Promise.all([readPem(cert), readPem(key)])
  const chain = certText.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)
  if (chain === null) throw new Error(`${cert}: there is no certificate in it; a file in PEM is expected`)
  const certificate = attempt(cert, 'the certificate in it is damaged', () => new X509Certificate(chain[0]))
  const noKey = 'there is no private key in it that can be read; one in PEM without a password is expected'
  const privateKey = attempt(key, noKey, () => createPrivateKey(keyText))
  // OpenSSL compares only keys of one type.
  if (!certificate.checkPrivateKey(privateKey)) throw new Error(`${key}: the key does not belong to the certificate`)
  const { validFrom, validTo } = certificate
  const now = clock.now()
  if (Date.parse(validFrom) > now || Date.parse(validTo) < now)
    log.warn({ cert, validFrom, validTo }, 'the TLS certificate is not valid now: clients that check it will refuse it')
  const pair = { cert: `${chain.join('\n')}\n`, key: keyText }
  return attempt(cert, 'certificate and key cannot be used', () => withContext(pair))
}

function attempt<T>(path: string, problem: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw new Error(`${path}: ${problem}`, { cause: error })
  }
}

async function readPem(path: string): Promise<string> {
  try {
    // Reading what is no file could wait for ever.
    if (!(await stat(path)).isFile()) throw Object.assign(new Error('not a file'), { code: 'it is not a file' })
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new Error(`${path}: it cannot be read (${code})`, { cause: error })
  }
}

/** Neither about to run out nor made by a clock that is ahead of ours, and for all the names that are wanted. */
function isUsable(certificate: X509Certificate, { clock, names = [] }: CertificateOptions): boolean {
  const now = clock.now()
  const valid = Date.parse(certificate.validFrom) <= now && Date.parse(certificate.validTo) - now > renewDays * dayMs
  const stated = new Set((certificate.subjectAltName ?? '').split(', '))
  return (
    valid && names.every((name) => stated.has(isIP(name) === 0 ? `DNS:${name}` : `IP Address:${statedAddress(name)}`))
  )
}

/** An IP address as Node shows those of a certificate: IPv6 in capitals, without `::`. */
function statedAddress(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const [before, behind] = [head, tail].map((part) => part.split(':').filter((group) => group !== ''))
  const zeros = Array<string>(8 - (before?.length ?? 0) - (behind?.length ?? 0)).fill('0')
  return [...(before ?? []), ...zeros, ...(behind ?? [])].join(':').toUpperCase()
}

/** @returns undefined when there is none that can be used. */
async function readPair(options: CertificateOptions): Promise<KeyPair | undefined> {
  const { directory, log } = options
  if (directory === undefined) return undefined
  try {
    const [key, cert] = await Promise.all(paths(directory).map((path) => readFile(path, 'utf8')))
    if (key === undefined || cert === undefined) return undefined
    const certificate = new X509Certificate(cert)
    if (!certificate.checkPrivateKey(createPrivateKey(key))) throw new Error('key and certificate do not match')
    if (isUsable(certificate, options)) return { key, cert }
    const { validFrom, validTo, subjectAltName } = certificate
    log.info({ validFrom, validTo, subjectAltName }, 'the TLS certificate does not fit any more; a new one is made')
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
async function makePair({ directory, clock, names = [] }: CertificateOptions): Promise<KeyPair> {
  const {
    default: { generate },
  } = await import('selfsigned')
  const name = hostname()
  const now = clock.now()
  const wanted = names.filter((each) => isIP(each) === 0)
  const dnsNames = [...new Set(['localhost', '*.localhost', name, ...wanted])].filter((dns) => /^[\w.*-]+$/.test(dns))
  const addresses = new Set(['127.0.0.1', '::1', ...names.filter((each) => isIP(each) !== 0)])
  const made = await generate([{ name: 'commonName', value: 'Stuntmail on ' + name.slice(0, 50) }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // An hour back, for containers whose clock differs.
    notBeforeDate: new Date(now - 3_600_000),
    notAfterDate: new Date(now + validDays * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...dnsNames.map((value) => ({ type: 2 as const, value })),
          ...[...addresses].map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  })
  const pair = { key: `${made.private.trim()}\n`, cert: `${made.cert.trim()}\n` }
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
