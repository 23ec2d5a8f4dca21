import { createHash } from 'node:crypto'
import type { RenderedFile } from './vinyl.ts'

export interface FileToShow {
  /** Absolute: which message is another state of the same. */
  readonly path: string
  /** Stands for the subject where there is none. */
  readonly name: string
  readonly octets: Buffer
  readonly rendered: RenderedFile | undefined
}

interface ShownFile {
  readonly digest: string
  /** Of its message. */
  readonly key: string
}

/** How long an answer may take, milliseconds: a build waits for it at its end. */
const patienceMs = 10_000
const to = 'preview@stuntmail.localhost'

/** Files as messages in the inbox of one server. */
export class ShownFiles {
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #shown = new Map<string, ShownFile>()
  /** One request after the other, so that the last state of a file is the one that stays. Never rejects. */
  #last: Promise<void> = Promise.resolve()
  #warned = false
  #opened = false

  /** @param url with user and password where they are needed. */
  constructor(url: string) {
    const { username, password, origin, pathname } = parsed(url)
    this.#url = origin + (pathname.endsWith('/') ? pathname.slice(0, -1) : pathname)
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    this.#headers = username === '' ? {} : { Authorization: `Basic ${Buffer.from(login).toString('base64')}` }
  }

  /** Never rejects: what goes wrong is a warning, and only the first time until it goes well again. */
  show(file: FileToShow): Promise<void> {
    this.#last = this.#last.then(() => this.#show(file)).catch((error: unknown) => this.#warn(error))
    return this.#last
  }

  /** Does it the first time that something was shown. */
  openOnce(open: (url: string) => void): void {
    if (this.#opened || this.#shown.size === 0) return
    this.#opened = true
    open(this.#url)
  }

  async #show({ path, name, octets, rendered }: FileToShow): Promise<void> {
    const request = requestOf({ path, name, octets, rendered })
    const digest = createHash('sha256').update(request.body).digest('base64')
    const before = this.#shown.get(path)
    if (before?.digest === digest) return
    const answer = await this.#ask('POST', request.path, request)
    if (!answer.ok) throw new Error(`it answers with ${answer.status}: ${await detailOf(answer)}`)
    const { key } = (await answer.json()) as { readonly key: string }
    this.#shown.set(path, { digest, key })
    this.#warned = false
    // It may be deleted already.
    if (before !== undefined) await (await this.#ask('DELETE', `/api/messages/${before.key}`)).body?.cancel()
  }

  #ask(
    method: string,
    path: string,
    content?: { readonly mediaType: string; readonly body: Buffer },
  ): Promise<Response> {
    // eslint-disable-next-line no-restricted-syntax -- the address is one that the user's gulpfile names, or our own
    return fetch(this.#url + path, {
      method,
      headers: { ...this.#headers, ...(content && { 'Content-Type': content.mediaType }) },
      signal: AbortSignal.timeout(patienceMs),
      redirect: 'error',
      ...(content && { body: new Uint8Array(content.body) }),
    })
  }

  #warn(error: unknown): void {
    if (this.#warned) return
    this.#warned = true
    const reason = error instanceof Error ? reasonOf(error) : String(error)
    const advice = 'Start Stuntmail with stuntmail.serve() or npx stuntmail, or name another with preview({ url })'
    process.emitWarning(`Nothing is previewed at ${this.#url}: ${reason}. ${advice}.`, 'StuntmailWarning')
  }
}

function parsed(url: string): URL {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(url)
  throw new TypeError(`url: ${url} is no address of Stuntmail's UI: give http://localhost:8025`)
}

function requestOf({ path, name, octets, rendered }: FileToShow): {
  readonly path: string
  readonly mediaType: string
  readonly body: Buffer
} {
  if (path.endsWith('.eml')) {
    const envelope = new URLSearchParams({ from: to, to })
    return { path: `/api/messages?${envelope.toString()}`, mediaType: 'message/rfc822', body: octets }
  }
  const isText = path.endsWith('.txt')
  const message = {
    from: rendered?.from || to,
    to: [to],
    subject: rendered?.subject || name,
    ...(isText ? { text: octets.toString('utf8') } : { html: octets.toString('utf8') }),
    ...(!isText && rendered !== undefined && { text: rendered.text }),
  }
  return { path: '/api/messages', mediaType: 'application/json', body: Buffer.from(JSON.stringify(message)) }
}

async function detailOf(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => undefined)) as { readonly detail?: unknown } | undefined
  return typeof body?.detail === 'string' ? body.detail.replace(/\.$/, '') : answer.statusText
}

/** What fetch says is in its cause. */
function reasonOf(error: Error): string {
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  const code = 'code' in cause ? String(cause.code) : ''
  return code === 'ECONNREFUSED' ? 'nothing answers there' : cause.message || code
}
