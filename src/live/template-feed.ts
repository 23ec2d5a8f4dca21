/**
 * Renderings for those who look at them. Each client says what it looks at, and is told each of those whenever it is
 * another one. Nothing queues: of a rendering only the newest waits for a slow client, and hints are put together, so
 * what a client has not read yet takes no more room than what it looks at.
 */
import { wireRendering, wireTemplatesEvent } from '../http/template-wire.ts'
import type { WireLook, WireRendering, WireTemplatesEvent } from '../http/wire-types.ts'
import type { Log } from '../log.ts'
import { renderingKey, type Rendering, type RenderingId } from '../templates/rendering.ts'
import { UnknownTemplate, type TemplateEvent, type Templates } from '../templates/templates.ts'
import { PendingHints } from './pending-hints.ts'

/** The other end, as the feed needs it. */
export interface TemplateClient {
  /** Whether what was sent before has left this process. */
  ready(): boolean
  rendering(event: WireRendering): void
  hint(event: WireTemplatesEvent): void
}

export interface TemplateFeedOptions {
  readonly templates: Pick<Templates, 'catalogue' | 'rendering' | 'look'>
  readonly log: Log
}

/** What a client looks at, and what it was told. */
interface Watch {
  looks: Map<string, Look>
  readonly hints: PendingHints
}

interface Look {
  readonly id: RenderingId
  /** The templates need not mind it any more. */
  readonly end: () => void
  /** Revision that the client says it has; perhaps of the server that was here before. */
  claimed: number
  /** Of those that were sent in answer to this look; 0 for none. */
  sent: number
  /** Waits to be sent. */
  latest: Rendering | undefined
  /** The catalogue did not have it. */
  unknown: boolean
}

/** Octets of HTML and text in an event; what is larger is fetched. */
const maxRenderingOctets = 1_048_576

/** Until `close`. */
export class TemplateFeed {
  readonly #templates: TemplateFeedOptions['templates']
  readonly #log: Log
  readonly #clients = new Map<TemplateClient, Watch>()
  /** Translated once for all who look at it. */
  readonly #wire = new WeakMap<Rendering, WireRendering>()

  constructor({ templates, log }: TemplateFeedOptions) {
    this.#templates = templates
    this.#log = log
  }

  /** From now on the client looks at these and at nothing else. */
  look(client: TemplateClient, { renderings }: WireLook): void {
    const known = this.#clients.get(client)
    const watch = known ?? { looks: new Map<string, Look>(), hints: new PendingHints() }
    this.#clients.set(client, watch)
    if (known === undefined) void this.#greet(client, watch)
    const before = watch.looks
    watch.looks = new Map()
    for (const { revision, ...id } of renderings) {
      const key = renderingKey(id)
      const look = before.get(key) ?? this.#begin(id)
      before.delete(key)
      watch.looks.set(key, look)
      if (look.sent === 0 || look.sent !== revision) void this.#answer(client, watch, look, revision)
    }
    for (const look of before.values()) look.end()
  }

  /** The client can take more. */
  drained(client: TemplateClient): void {
    const watch = this.#clients.get(client)
    if (watch !== undefined) this.#flush(client, watch)
  }

  leave(client: TemplateClient): void {
    for (const look of this.#clients.get(client)?.looks.values() ?? []) look.end()
    this.#clients.delete(client)
  }

  /** The next event of the templates. */
  push(event: TemplateEvent): void {
    const hint = wireTemplatesEvent(event)
    const key = event.kind === 'rendering' ? renderingKey(event.rendering.id) : undefined
    for (const [client, watch] of this.#clients) {
      const look = key === undefined ? undefined : watch.looks.get(key)
      if (event.kind === 'rendering' && look !== undefined) offer(look, event.rendering)
      if (event.kind === 'catalogue') this.#askAgain(client, watch)
      if (hint !== undefined) watch.hints.add(hint)
      this.#flush(client, watch)
    }
  }

  close(): void {
    for (const client of [...this.#clients.keys()]) this.leave(client)
  }

  #begin(id: RenderingId): Look {
    return { id, end: this.#templates.look(id), claimed: 0, sent: 0, latest: undefined, unknown: false }
  }

  /** A page that slept compares the revision with the one it has. */
  async #greet(client: TemplateClient, watch: Watch): Promise<void> {
    try {
      const { revision } = await this.#templates.catalogue()
      watch.hints.add({ kind: 'catalogue', revision })
      if (this.#clients.get(client) === watch) this.#flush(client, watch)
    } catch (error) {
      this.#log.warn({ err: error }, 'The catalogue of templates could not be told')
    }
  }

  /** What was not there may be by now. */
  #askAgain(client: TemplateClient, watch: Watch): void {
    for (const look of watch.looks.values()) if (look.unknown) void this.#answer(client, watch, look, look.claimed)
  }

  async #answer(client: TemplateClient, watch: Watch, look: Look, revision: number): Promise<void> {
    look.claimed = revision
    look.sent = 0
    look.unknown = false
    try {
      const rendering = await this.#templates.rendering(look.id)
      if (this.#clients.get(client) !== watch || watch.looks.get(renderingKey(look.id)) !== look) return
      if (rendering.revision !== look.claimed) offer(look, rendering)
      this.#flush(client, watch)
    } catch (error) {
      if (error instanceof UnknownTemplate) look.unknown = true
      else this.#log.warn({ err: error }, 'A rendering could not be told')
    }
  }

  /** Renderings first: somebody is looking at them. */
  #flush(client: TemplateClient, watch: Watch): void {
    for (const look of watch.looks.values()) {
      const { latest } = look
      if (latest === undefined) continue
      if (!client.ready()) return
      look.latest = undefined
      look.sent = latest.revision
      this.#send(client, latest)
    }
    while (client.ready()) {
      const hint = watch.hints.take()
      if (hint === undefined) return
      client.hint(hint)
    }
  }

  #send(client: TemplateClient, rendering: Rendering): void {
    const wire = this.#wire.get(rendering) ?? wireRendering(rendering)
    this.#wire.set(rendering, wire)
    const { revision, template, fixture, locale, htmlOctets, text } = wire
    if (htmlOctets + Buffer.byteLength(text) <= maxRenderingOctets) return client.rendering(wire)
    client.hint({ kind: 'outdated', revision, renderings: [{ template, fixture, locale }] })
  }
}

/** The newest one waits; an older one that comes late does not take its place. */
function offer(look: Look, rendering: Rendering): void {
  if (rendering.revision > look.sent && rendering.revision > (look.latest?.revision ?? 0)) look.latest = rendering
}
