/**
 * The one thing here that outlives a stream. A task makes a new stream each time it runs; the process that renders is
 * kept for all streams with the same settings, so that a watch finds it warm. It keeps nobody alive, and is closed when
 * there is nothing else left to do.
 */
import { openUnwatched, type UnwatchedOptions, type UnwatchedTemplates } from '../templates/unwatched.ts'

const opened = new Map<string, Promise<UnwatchedTemplates>>()

/** Those with these settings, opened by the first who asks. @throws as `openUnwatched`; the next time is another try. */
export function templatesWith(options: UnwatchedOptions): Promise<UnwatchedTemplates> {
  const key = JSON.stringify({ ...options, engines: [...options.engines] })
  const known = opened.get(key)
  if (known !== undefined) return known
  if (opened.size === 0) process.once('beforeExit', closeAll)
  const templates = openUnwatched(options)
  opened.set(key, templates)
  templates.catch(() => opened.delete(key))
  return templates
}

function closeAll(): void {
  for (const templates of opened.values()) void templates.then((each) => each.close())
  opened.clear()
}
