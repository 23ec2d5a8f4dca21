/** From what a renderer gives to a rendering that is shown. */
import type { Diagnostic } from './diagnostic.ts'
import type { RenderResult } from './renderer.ts'
import type { Rendering, RenderingId } from './rendering.ts'

export interface MadeOf {
  readonly id: RenderingId
  readonly engine: string
  readonly result: RenderResult
  /** Of the fixture. */
  readonly diagnostics: readonly Diagnostic[]
  readonly files: readonly string[]
  /** What stays on the screen when it failed. */
  readonly last: Rendering | undefined
}

/** The last good one with what is wrong now, where it failed. The revision is the last one's, or 0. */
export function renderingOf({ id, engine, result, diagnostics, files, last }: MadeOf): Rendering {
  const { failed, subject, from, preheader, html, text, textDerived, renderMs } = result
  const shown = failed
    ? (last ?? { subject: '', from: '', preheader: '', html: '', text: '', textDerived: false })
    : { subject, from, preheader, html, text, textDerived }
  return {
    id,
    revision: last?.revision ?? 0,
    subject: shown.subject,
    from: shown.from,
    preheader: shown.preheader,
    html: shown.html,
    text: shown.text,
    textDerived: shown.textDerived,
    stale: failed,
    diagnostics: [...diagnostics, ...result.diagnostics],
    engine,
    files,
    renderMs,
  }
}

/** Whether nobody who looks at them could tell one from the other. */
export function looksSame(a: Rendering, b: Rendering): boolean {
  return (
    a.html === b.html &&
    a.text === b.text &&
    a.subject === b.subject &&
    a.from === b.from &&
    a.preheader === b.preheader &&
    a.stale === b.stale &&
    a.engine === b.engine &&
    JSON.stringify(a.diagnostics) === JSON.stringify(b.diagnostics)
  )
}

/** What a renderer would say of data that cannot be read: it is not asked. */
export function unreadData(diagnostics: readonly Diagnostic[]): RenderResult | undefined {
  if (!diagnostics.some(({ severity }) => severity === 'error')) return undefined
  return {
    failed: true,
    html: '',
    text: '',
    textDerived: false,
    message: undefined,
    subject: '',
    from: '',
    preheader: '',
    diagnostics: [],
    files: [],
    missing: [],
    renderMs: 0,
  }
}
