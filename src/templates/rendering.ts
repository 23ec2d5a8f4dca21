import type { Diagnostic } from './diagnostic.ts'

/** Which rendering: a template with one set of data in one language. */
export interface RenderingId {
  /** Name of the template in the catalogue: its path under the root with `/`, without its extension: `users/welcome`. */
  readonly template: string
  /** Name of the fixture; `default` is the one that is not named, and always there: without a file its data is empty. */
  readonly fixture: string
  /** BCP 47 as the files say it; empty where the template has none. */
  readonly locale: string
}

/** What stands above the body. Empty where nothing says it. */
export interface RenderingHead {
  readonly subject: string
  /** As in a From field: `Shop <shop@example.com>`. */
  readonly from: string
  /** What a list of messages shows after the subject. */
  readonly preheader: string
}

/** A template, rendered. Values: they can be kept, and do not change. */
export interface Rendering extends RenderingHead {
  readonly id: RenderingId
  /** Ascends by every change of any rendering of this server; of two, the higher one is the newer. */
  readonly revision: number
  /** Empty before the first success. */
  readonly html: string
  readonly text: string
  /** The text was made from the HTML, since the template gives none. */
  readonly textDerived: boolean
  /** `html`, `text` and the head are of an earlier success: this time it failed, and `diagnostics` say why. */
  readonly stale: boolean
  readonly diagnostics: readonly Diagnostic[]
  /** Name of the engine: `mjml`. */
  readonly engine: string
  /** Files under the root, or outside of it, that a save of renders it again; relative to the root. */
  readonly files: readonly string[]
  /** Milliseconds that reading and rendering took. */
  readonly renderMs: number
}

/** One string for a rendering, to key a map with. */
export function renderingKey({ template, fixture, locale }: RenderingId): string {
  return JSON.stringify([template, fixture, locale])
}
