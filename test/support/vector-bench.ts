import { build } from 'esbuild'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { frameReply } from '../../src/http/frame.ts'

/** Which of the layers are on. All off is the control: there the vectors must have their way. */
export interface Layers {
  /** The frame's own Content-Security-Policy; its `sandbox` directive can be left out, to see the rest stand alone. */
  readonly policy: 'whole' | 'without-sandbox' | 'none'
  readonly sandbox: boolean
  readonly sanitiser: boolean
  /** The sanitiser lets pictures from elsewhere through. */
  readonly remote?: boolean
}

/** A page of whatever drives a browser. */
export interface BenchPage {
  goto(url: string): Promise<unknown>
  evaluate<Input, Result>(work: (input: Input) => Promise<Result>, input: Input): Promise<Result>
}

/** Shows hostile markup in frames with some layers on, and tells what got through. */
export interface VectorBench {
  /** Indexes of the vectors that ran script, of those that reached the canary, and of those the sanitiser counted. */
  run(
    page: BenchPage,
    vectors: readonly string[],
    layers: Layers,
  ): Promise<{ fired: number[]; reached: number[]; counted: number[]; connections: number }>
  close(): Promise<void>
}

const key = '00000000000'
const sandbox = 'allow-same-origin allow-popups allow-popups-to-escape-sandbox'

/** Two servers on loopback: one has the frames, the other one counts. */
export async function vectorBench(): Promise<VectorBench> {
  const script = await sanitiserScript()
  const reached = new Set<number>()
  let connections = 0
  let documents: readonly string[] = []
  const canary = await listen((request, response) => {
    const index = /^\/c\/(\d+)/.exec(request.url ?? '')?.[1]
    if (index !== undefined) reached.add(Number(index))
    response.writeHead(404).end()
  })
  canary.server.on('connection', () => (connections += 1))
  const pages = await listen((request, response) => answer(request, response, documents, script))
  return {
    async run(page, vectors, layers) {
      documents = vectors.map((vector, index) => written(vector, index, canary.port))
      reached.clear()
      connections = 0
      await page.goto(`http://127.0.0.1:${pages.port}/`)
      const { fired, counted } = await page.evaluate(showAll, { documents: [...documents], layers, sandbox, key })
      return { fired, counted, reached: [...reached].sort((a, b) => a - b), connections }
    },
    async close() {
      await Promise.all([canary.close(), pages.close()])
    },
  }
}

function written(vector: string, index: number, port: number): string {
  const host = `127.0.0.1:${port}/c/${index}`
  return vector
    .replaceAll('FIRE', `top.fire(${index})`)
    .replaceAll('SCHEMELESSHOST', host)
    .replaceAll('SCHEMELESS', `//${host}`)
    .replaceAll('CANARY', `http://${host}`)
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  documents: readonly string[],
  script: string,
): void {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  if (url.pathname === '/sanitise.js')
    return void response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script)
  const headers: Record<string, string> = { 'Content-Type': 'text/html; charset=utf-8' }
  if (url.pathname === '/')
    return void response
      .writeHead(200, headers)
      .end('<!doctype html><script>var __name = (f) => f</script><script src="/sanitise.js"></script>')
  if (url.pathname !== '/frame') return void response.writeHead(404).end()
  const policy = url.searchParams.get('policy')
  if (policy !== 'none') headers['Content-Security-Policy'] = framePolicy(policy === 'whole')
  const document = documents[Number(url.searchParams.get('index'))] ?? ''
  response
    .writeHead(200, headers)
    .end(url.searchParams.has('blank') ? '<!doctype html><html><head></head><body></body></html>' : document)
}

function framePolicy(whole: boolean): string {
  const reply = frameReply(`/frame/${key}`, false)
  const policy = reply.headers?.['Content-Security-Policy'] ?? ''
  return policy
    .split('; ')
    .filter((directive) => whole || !directive.startsWith('sandbox'))
    .join('; ')
}

interface Selecting {
  querySelectorAll(selectors: string): NodeListOf<Element>
}

/** Runs in the page. @returns indexes of the vectors whose script ran, and of those with something from elsewhere */
async function showAll(input: {
  documents: string[]
  layers: Layers
  sandbox: string
}): Promise<{ fired: number[]; counted: number[] }> {
  const { documents, layers } = input
  const fired = new Set<number>()
  const counted: number[] = []
  const inside = window as unknown as {
    fire: (index: number) => void
    sanitiser: { sanitise: (html: string, options: object) => { root: HTMLElement; remote: unknown[] } }
  }
  inside.fire = (index) => void fired.add(index)
  async function show(html: string, index: number): Promise<HTMLIFrameElement> {
    const frame = document.createElement('iframe')
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }))
    if (layers.sandbox) frame.setAttribute('sandbox', input.sandbox)
    frame.src = `/frame?index=${index}&policy=${layers.policy}${layers.sanitiser ? '&blank' : ''}`
    document.body.append(frame)
    // A document that goes on loading for ever counts as loaded, too.
    await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 3000))])
    const target = frame.contentDocument
    const root = target?.documentElement ?? null
    if (layers.sanitiser && target !== null && root !== null) {
      const sanitised = inside.sanitiser.sanitise(html, {
        window: frame.contentWindow,
        own: { part: () => undefined, file: () => undefined },
        remote: layers.remote ?? false,
      })
      if (sanitised.remote.length > 0) counted.push(index)
      target.replaceChild(target.adoptNode(sanitised.root), root)
    }
    return frame
  }
  function press(frame: HTMLIFrameElement): void {
    const target = frame.contentDocument
    if (target === null) return
    // From a prototype: the document's own may be clobbered.
    const { querySelectorAll }: Selecting = Document.prototype
    const all = querySelectorAll.call(target, 'a, area, button, input, summary, .press, math, text')
    for (const element of all) element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))
    for (const element of querySelectorAll.call(target, '[onfocus]')) element.dispatchEvent(new Event('focus'))
  }
  const frames: HTMLIFrameElement[] = []
  for (let from = 0; from < documents.length; from += 50) {
    frames.push(...(await Promise.all(documents.slice(from, from + 50).map((html, index) => show(html, from + index)))))
  }
  for (const frame of frames) {
    try {
      press(frame)
    } catch {
      // It went to another origin: nothing of it is ours any more.
    }
  }
  for (let turn = 0; turn < 40; turn += 1) await new Promise((resolve) => requestAnimationFrame(resolve))
  return { fired: [...fired].sort((a, b) => a - b), counted }
}

async function sanitiserScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['ui/sanitise/sanitise.ts'],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'sanitiser',
  })
  return outputFiles[0]?.text ?? ''
}

async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ server: Server; port: number; close(): Promise<void> }> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
