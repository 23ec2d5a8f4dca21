/** The contract of the template loop: what HTTP, the live channel and Gulp see of it. */
import type { Diagnostic } from './diagnostic.ts'
import type { TemplateData } from './engine.ts'
import type { Rendering, RenderingId } from './rendering.ts'

/** A template as the catalogue lists it. Partials and layouts are not in it. */
export interface TemplateEntry {
  /** See `RenderingId.template`. Unique; where two files would have one name, the extension stays on both. */
  readonly name: string
  /** Relative to the root, with `/`. */
  readonly file: string
  /** Name of its engine. */
  readonly engine: string
  /** Names, `default` first, then by name. */
  readonly fixtures: readonly string[]
  /** By name; empty where there are none. */
  readonly locales: readonly string[]
}

/** All templates, by name. */
export interface Catalogue {
  readonly revision: number
  readonly templates: readonly TemplateEntry[]
  /** What could not be read, or was left out: too many files, two of one name. */
  readonly diagnostics: readonly Diagnostic[]
}

/** A fixture, as it is edited. */
export interface Fixture {
  readonly name: string
  /** Relative to the root; undefined where the data is of no file (`default` without one). */
  readonly file: string | undefined
  /** Whether it can be written back: JSON can; YAML, JS and TS are for an editor. */
  readonly writable: boolean
  readonly data: TemplateData
  readonly diagnostics: readonly Diagnostic[]
}

export type TemplateEvent =
  /** The catalogue is another one. */
  | { readonly kind: 'catalogue'; readonly revision: number }
  /** Something that is looked at was rendered again, and is not what it was. */
  | { readonly kind: 'rendering'; readonly rendering: Rendering }
  /** These were rendered from files that have changed; they are rendered when somebody asks. At most 500 at once. */
  | { readonly kind: 'outdated'; readonly revision: number; readonly ids: readonly RenderingId[] }
  /** An image or another file that renderings refer to: only that is to be fetched again. Relative to the root. */
  | { readonly kind: 'asset'; readonly revision: number; readonly file: string }
  /** A captured message follows another template, or other data. */
  | { readonly kind: 'tied'; readonly revision: number; readonly key: string }

/** The template loop of one root folder. */
export interface Templates {
  /** Absolute, real. */
  readonly root: string
  catalogue(): Promise<Catalogue>
  /**
   * As the files are now; rendered only where it is not. Never rejects for what is wrong with a template.
   * @throws UnknownTemplate for a template, fixture or locale that is not in the catalogue.
   */
  rendering(id: RenderingId): Promise<Rendering>
  /** Renders with other data than a fixture's, and keeps nothing. @throws UnknownTemplate. */
  renderWith(id: RenderingId, data: TemplateData): Promise<Rendering>
  /** Somebody looks at it: it is rendered first when a file it depends on is saved. @returns the way out. */
  look(id: RenderingId): () => void
  /** @throws UnknownTemplate. */
  fixture(template: string, name: string): Promise<Fixture>
  /**
   * Writes `<template>.<name>.json` (`<template>.data.json` for `default`) beside the template.
   * @throws UnknownTemplate; FixtureNotWritable where a file of another kind has that name, or the name is none.
   */
  saveFixture(template: string, name: string, data: TemplateData): Promise<void>
  /** A captured message follows another template, or its own data is another: by its key. */
  messageTied(key: string): void
  /** A file under the root that a rendering may show: images, fonts, stylesheets. Undefined: there is none to give. */
  asset(path: string): Promise<{ readonly path: string; readonly mediaType: string } | undefined>
  /** Files under the root were saved, appeared or went, templates or not; relative to it. Must not throw. */
  onSaved(listener: (files: readonly string[]) => void): void
  /** In order. Watchers must not throw. @returns the way out. */
  subscribe(watcher: (event: TemplateEvent) => void): () => void
  /** Resolves when no file is watched and no process is left. */
  close(): Promise<void>
}

/** Asked for what the catalogue does not have. */
export class UnknownTemplate extends Error {
  override readonly name = 'UnknownTemplate'
}

/** A fixture that cannot be written. */
export class FixtureNotWritable extends Error {
  override readonly name = 'FixtureNotWritable'
}
