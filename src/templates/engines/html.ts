import type { Engine, EngineInput, EngineOutput } from '../engine.ts'

/** HTML as it stands in the file; its CSS is inlined where that is asked for. */
export const htmlEngine: Engine = {
  name: 'html',
  extensions: ['.html', '.htm'],
  load: () => Promise.resolve({ render, forget: () => undefined }),
}

async function render(input: EngineInput): Promise<EngineOutput> {
  return { html: input.source }
}
