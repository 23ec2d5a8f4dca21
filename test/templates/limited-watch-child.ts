/** Opens a folder of templates, saves one of them, and prints what the catalogue says and what came of the save. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openTemplates } from '../../src/templates/open.ts'
import { idOf } from './opened-templates.ts'

const [root = '', template = ''] = process.argv.slice(2)
// Templates alone do not keep a process, as a listener does.
const held = setInterval(() => undefined, 60_000)
const templates = await openTemplates({ root, projectDirectory: root })
const { diagnostics } = await templates.catalogue()
await templates.rendering(idOf(template))
templates.look(idOf(template))
const shown = new Promise((resolve) => {
  templates.subscribe((event) => {
    if (event.kind === 'rendering') resolve(event.rendering.html)
  })
})
writeFileSync(join(root, `${template}.html`), 'saved')
process.stdout.write(JSON.stringify({ html: await shown, messages: diagnostics.map(({ message }) => message) }))
await templates.close()
clearInterval(held)
