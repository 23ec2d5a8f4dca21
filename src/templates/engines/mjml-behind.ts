import { TemplateError, type Diagnostic } from '../diagnostic.ts'
import type { Engine, EngineInput, EngineOutput, LoadedEngine } from '../engine.ts'
import { mjmlEngine } from './mjml.ts'

/**
 * MJML in which another engine's language stands: `welcome.mjml.hbs` is rendered by Handlebars, and what comes of it by
 * MJML. What `mj-include` names is MJML alone. The front engine's subject and text part go by its own rules.
 */
export function mjmlBehind(front: Engine): Engine {
  return {
    name: `${front.name}-mjml`,
    extensions: front.extensions
      .filter((extension) => !extension.includes('.', 1))
      .map((extension) => `.mjml${extension}`),
    async load(project) {
      const [first, mjml] = await Promise.all([front.load(project), mjmlEngine.load(project)])
      return {
        render: (input) => renderChain(first, mjml, input),
        ...(first.renderText && { renderText: first.renderText.bind(first) }),
        forget: (files) => first.forget(files),
      }
    },
  }
}

async function renderChain(first: LoadedEngine, mjml: LoadedEngine, input: EngineInput): Promise<EngineOutput> {
  // Styles are MJML's business, which does not know them before it has rendered.
  const made = await first.render({ ...input, inlineCss: false })
  const source = made.html ?? made.text ?? ''
  try {
    const { html, head, files = [], warnings = [] } = await mjml.render({ ...input, source })
    return {
      ...made,
      ...(html !== undefined && { html }),
      head: { ...head, ...made.head },
      files: [...(made.files ?? []), ...files],
      warnings: [...(made.warnings ?? []), ...warnings.map((warning) => placedInTemplate(warning, input, source))],
    }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const { files = [], missing = [] } = made
    const diagnostics = error.diagnostics.map((diagnostic) => placedInTemplate(diagnostic, input, source))
    throw new TemplateError(diagnostics, { cause: error, files, missing })
  }
}

/**
 * A place in the MJML that the front engine made is one in the template where the line came through as it is; where
 * it did not, the message has the line.
 */
function placedInTemplate(diagnostic: Diagnostic, input: EngineInput, made: string): Diagnostic {
  const { line, column, ...rest } = diagnostic
  if (diagnostic.file !== input.file || line === undefined) return diagnostic
  const text = (made.split('\n')[line - 1] ?? '').trimEnd()
  const lines = input.source.split('\n').map((source) => source.trimEnd())
  const found = lines.indexOf(text)
  if (text !== '' && found >= 0 && lines.indexOf(text, found + 1) < 0) return { ...diagnostic, line: found + 1 }
  const shown = text.trim().slice(0, 100)
  return { ...rest, message: `${rest.message} (line ${line} of the MJML that was made: ${shown})` }
}
