import { dirname, resolve } from 'node:path'
import { TemplateError } from './diagnostic.ts'
import type { EngineInput } from './engine.ts'

const external = /^(?:[a-z][a-z\d+.-]*:|\/\/|#)/i

/**
 * Writes the rules of style elements, and of linked stylesheets that lie in the project, into the elements. Media
 * queries and the like stay. Nothing is ever fetched: a stylesheet of another host stays linked. TPL-3.
 */
export async function inlineCss(html: string, input: Pick<EngineInput, 'file' | 'root' | 'reader'>): Promise<string> {
  const { default: juice } = await import('juice')
  return juice(withLinkedStyles(html, input), { preserveImportant: true, resolveCSSVariables: true })
}

function withLinkedStyles(html: string, input: Pick<EngineInput, 'file' | 'root' | 'reader'>): string {
  return html.replace(/<link\b[^>]*>/gi, (link) => {
    const href = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/i.exec(link)
    const target = href?.[1] ?? href?.[2] ?? href?.[3]
    if (target === undefined || external.test(target) || !/\srel\s*=\s*["']?stylesheet\b/i.test(link)) return link
    const [path = ''] = target.split(/[?#]/)
    const file = path.startsWith('/') ? resolve(input.root, `.${path}`) : resolve(dirname(input.file), path)
    const css = input.reader.read(file)
    if (css === undefined) throw new TemplateError([{ severity: 'error', message: `There is no stylesheet ${file}` }])
    return `<style>${css.replace(/<\/(?=style)/gi, '<\\/')}</style>`
  })
}
