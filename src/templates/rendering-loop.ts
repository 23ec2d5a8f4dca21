/** Which renderings are there, which are no longer what the files say, and making them anew. */
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { capturedKey, type CapturedData } from './captured.ts'
import { Dependencies } from './dependencies.ts'
import type { TemplateData } from './engine.ts'
import { merged, readLayers, type FixtureData } from './fixtures.ts'
import { commandEngine, type Recipe, type TemplateFolder } from './folder.ts'
import { looksSame, renderingOf, unreadData } from './make-rendering.ts'
import type { DataModules } from './modules.ts'
import { RenderingCache, type RenderingState } from './rendering-cache.ts'
import type { Renderer, RendererOptions } from './renderer.ts'
import { renderingKey, type Rendering, type RenderingId } from './rendering.ts'
import { Schedule } from './schedule.ts'
import { UnknownTemplate, type TemplateEvent } from './templates.ts'
import type { FilesChange, WatchedFiles } from './watched-files.ts'

export interface RenderingLoopOptions {
  readonly place: Pick<RendererOptions, 'root' | 'projectDirectory'>
  readonly renderer: Renderer
  readonly clock: Clock
  readonly maxCachedOctets: number
  readonly folder: TemplateFolder
  readonly modules: DataModules
  readonly watched: Pick<WatchedFiles, 'look' | 'follow' | 'doubts'>
  readonly captured: CapturedData
  nextRevision(): number
  publish(event: TemplateEvent): void
  /** These files were read by a rendering of the template. */
  onRead(files: readonly string[]): void
}

/** Most renderings that an event names. */
const idsInEvent = 500
/** Renderings that nobody looks at, and that are made anew when there is time: those used last. */
const spareRenderings = 16
/** How often it is made again while its files are being written, before it is shown as it is. */
const attempts = 3
/** For how long after a change a file may still be written to. */
const unsettledMs = 150

export class RenderingLoop {
  readonly #options: RenderingLoopOptions
  readonly #cache: RenderingCache
  readonly #dependencies = new Dependencies()
  readonly #schedule: Schedule
  /** Files that changed lately, and when; monotonic milliseconds. */
  readonly #recent = new Map<string, number>()

  constructor(options: RenderingLoopOptions) {
    this.#options = options
    this.#cache = new RenderingCache(options.maxCachedOctets)
    this.#schedule = new Schedule({ work: (key) => this.#render(key) })
  }

  /** Whether renderings of other templates read a template's file. */
  isRead(file: string): boolean {
    for (const key of this.#dependencies.on(file)) {
      const state = this.#cache.get(key)
      const recipe = this.#recipe(state)
      if (recipe !== undefined && recipe.file !== file && state?.filesAssumed !== true) return true
    }
    return false
  }

  /** As the files are now. @throws UnknownTemplate. */
  async rendering(id: RenderingId): Promise<Rendering> {
    const { folder, watched } = this.#options
    if (folder.recipe(id) === undefined) throw unknown(id)
    const key = renderingKey(id)
    const state = this.#cache.use(key, id)
    if (state.current) await watched.look(this.#dependencies.of(key))
    for (let attempt = 0; attempt < attempts && !state.current; attempt++) await this.#schedule.ask(key)
    if (state.rendering === undefined) throw unknown(id)
    return state.rendering
  }

  /** Kept nowhere. @throws UnknownTemplate. */
  async renderWith(id: RenderingId, data: TemplateData): Promise<Rendering> {
    const { renderer, folder, place, nextRevision } = this.#options
    const recipe = folder.recipe(id)
    if (recipe === undefined) throw unknown(id)
    const { file, engine, locale } = recipe
    const result = await renderer.render({ file: join(place.root, file), engine, data, locale })
    const made = renderingOf({ id, engine, result, diagnostics: [], files: result.files, last: undefined })
    return { ...made, revision: nextRevision() }
  }

  look(id: RenderingId): () => void {
    const key = renderingKey(id)
    const away = this.#cache.look(key)
    if (!this.#cache.use(key, id).current) this.#schedule.want(key)
    return away
  }

  /** Files have changed; the folder knows already. */
  changed({ files, structure }: FilesChange): void {
    const now = this.#options.clock.monotonic()
    for (const [file, at] of this.#recent) if (now - at > unsettledMs) this.#recent.delete(file)
    for (const file of files) this.#recent.set(file, now)
    const affected = new Set([...files].flatMap((file) => [...this.#dependencies.on(file)]))
    for (const [key, state] of this.#cache.entries()) {
      if (this.#dependsOtherwise(state, files, structure)) affected.add(key)
    }
    this.#outdate(affected)
  }

  /** What a fixture says is another, and no file tells. */
  dataChanged(fixture: string): void {
    const keys = [...this.#cache.entries()].filter(([, { id }]) => id.fixture === fixture).map(([key]) => key)
    this.#outdate(new Set(keys))
  }

  /** The catalogue is another one without a change of files: what it makes of them may be. */
  reconsider(): void {
    this.changed({ files: new Set(), structure: true })
  }

  /** Whether any rendering depends on a file. */
  isNeeded(file: string): boolean {
    return this.#dependencies.on(file).size > 0
  }

  async close(): Promise<void> {
    await this.#schedule.close()
  }

  /** By what is not known from a rendering's own words. */
  #dependsOtherwise(state: RenderingState, files: ReadonlySet<string>, structure: boolean): boolean {
    const recipe = this.#recipe(state)
    if (structure && recipeText(recipe) !== state.recipe) return true
    // It may have failed for a file that it did not find where it is now.
    if (structure && state.rendering?.stale === true) return true
    return recipe?.engine === commandEngine && this.#options.folder.commandDependsOn(recipe.file, files)
  }

  #recipe(state: RenderingState | undefined): Recipe | undefined {
    return state && this.#options.folder.recipe(state.id)
  }

  /** Those looked at are rendered, the others are said to be old. */
  #outdate(keys: ReadonlySet<string>): void {
    const ids: RenderingId[] = []
    for (const key of keys) {
      const state = this.#cache.get(key)
      if (state === undefined) continue
      const lookedAt = this.#cache.isLookedAt(key)
      if (state.current && !lookedAt) ids.push(state.id)
      state.changes++
      state.current = false
      if (lookedAt) this.#schedule.want(key)
    }
    const { publish, nextRevision } = this.#options
    for (let at = 0; at < ids.length; at += idsInEvent) {
      publish({ kind: 'outdated', revision: nextRevision(), ids: ids.slice(at, at + idsInEvent) })
    }
    if (ids.length > 0) this.#schedule.spare(this.#lastUsed(keys))
  }

  #lastUsed(keys: ReadonlySet<string>): readonly string[] {
    return [...this.#cache.entries()]
      .filter(([key, { rendering }]) => keys.has(key) && rendering !== undefined && !this.#cache.isLookedAt(key))
      .sort(([, a], [, b]) => b.usedAt - a.usedAt)
      .slice(0, spareRenderings)
      .map(([key]) => key)
  }

  async #render(key: string): Promise<void> {
    const state = this.#cache.get(key)
    for (let attempt = 1; state !== undefined && !state.current && attempt <= attempts; attempt++) {
      const recipe = this.#recipe(state)
      if (recipe === undefined) return this.#drop(key, state)
      const changes = state.changes
      const made = await this.#make(key, state, recipe)
      const { watched } = this.#options
      await watched.look(made.files.filter((file) => this.#recent.has(file)))
      const settled = state.changes === changes && !watched.doubts(made.files)
      if (settled || (attempt === attempts && isShownUnsettled(made, state.rendering))) {
        this.#accept(key, state, { made, settled })
      }
    }
  }

  async #make(key: string, state: RenderingState, recipe: Recipe): Promise<Rendering> {
    const { renderer, place, modules, watched, captured, clock, onRead } = this.#options
    const { file, engine, locale, layers } = recipe
    const since = clock.now()
    state.recipe = recipeText(recipe)
    const evaluate = (module: string): ReturnType<DataModules['evaluate']> => modules.evaluate(module)
    const read = await readLayers(layers, { place, evaluate })
    const fixture = await withCaptured(read, state.id.fixture, captured)
    const result =
      unreadData(fixture.diagnostics) ??
      (await renderer.render({ file: join(place.root, file), engine, data: fixture.data, locale }))
    const files = [...new Set([file, ...result.files, ...fixture.files])]
    // One that failed may not have come to what it depends on.
    const before = result.failed ? this.#dependencies.of(key) : []
    const all = [...files, ...result.missing, ...before]
    this.#dependencies.set(key, all)
    state.filesAssumed = result.filesAssumed === true
    watched.follow(all, since)
    onRead(result.files)
    const { id, rendering: last } = state
    return renderingOf({ id, engine, result, diagnostics: fixture.diagnostics, files, last })
  }

  #accept(key: string, state: RenderingState, { made, settled }: { made: Rendering; settled: boolean }): void {
    const { publish, nextRevision } = this.#options
    const last = state.rendering
    const same = last !== undefined && looksSame(last, made)
    const rendering = same ? made : { ...made, revision: nextRevision() }
    state.current = settled
    this.#cache.keep(key, rendering)
    if (!same && this.#cache.isLookedAt(key)) publish({ kind: 'rendering', rendering })
  }

  /** The template is gone; if somebody looks at it, it may come back. */
  #drop(key: string, state: RenderingState): void {
    this.#dependencies.delete(key)
    this.#cache.delete(key)
    if (this.#cache.isLookedAt(key)) this.#cache.use(key, state.id)
  }
}

/** A message's own data over what the files say. */
async function withCaptured(read: FixtureData, fixture: string, captured: CapturedData): Promise<FixtureData> {
  const key = capturedKey(fixture)
  if (key === undefined) return read
  try {
    return { ...read, data: merged(read.data, await captured(key)) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { ...read, diagnostics: [...read.diagnostics, { severity: 'error', message }] }
  }
}

/** What was read half, most often nothing at all, must not take the place of something whole. */
function isShownUnsettled(made: Rendering, last: Rendering | undefined): boolean {
  if (last === undefined) return true
  return !made.stale && (made.html !== '' || made.text !== '')
}

function recipeText(recipe: Recipe | undefined): string | undefined {
  return recipe && JSON.stringify(recipe)
}

function unknown({ template, fixture, locale }: RenderingId): UnknownTemplate {
  const language = locale === '' ? '' : ` in ${locale}`
  return new UnknownTemplate(`There is no template ${template} with the fixture ${fixture}${language}`)
}
