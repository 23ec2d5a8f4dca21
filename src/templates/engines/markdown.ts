import type { Engine, EngineInput, EngineOutput } from '../engine.ts'
import { TemplateError } from '../diagnostic.ts'
import { findInclude } from '../includes.ts'

/** Markdown (GFM) with front matter. `layout: name` is an HTML file around it, with `{{ content }}` where it goes. */
export const markdownEngine: Engine = {
  name: 'markdown',
  extensions: ['.md', '.markdown'],
  async load() {
    const { Marked } = await import('marked')
    const marked = new Marked({ async: false, gfm: true })
    const render = async (input: EngineInput): Promise<EngineOutput> => {
      const content = await marked.parse(input.source)
      return { html: inLayout(content, input) }
    }
    return { render, forget: () => undefined }
  },
}

function inLayout(content: string, input: EngineInput): string {
  const { layout } = input.matter
  if (typeof layout !== 'string') {
    return `<!doctype html>\n<html>\n<head><meta charset="utf-8"></head>\n<body>\n${content}</body>\n</html>\n`
  }
  const found = findInclude(layout, { ...input, from: input.file, extensions: ['.html'] })
  if (found === undefined) {
    throw new TemplateError([{ severity: 'error', message: `There is no layout "${layout}"`, file: input.file }])
  }
  return found.source.replace(/\{\{\{? ?content ?\}?\}\}/g, () => content)
}
