/** What `gulp watch` adds to the page: errors over it, and its state given back when it is loaded again. */
import { swapIcons, swapImages } from './images.ts'
import { appliedPrefix, pluginIdentifier, problemsPrefix, servedPrefix } from './paths.ts'
import { showProblems } from './problems.ts'
import { giveBack, keep } from './restore.ts'

/** The build that this page was made of. */
let build = document.documentElement.dataset['build'] ?? ''

/** Called by livereload.js. https://github.com/livereload/livereload-js, plugins */
class Plugin {
  static readonly identifier = pluginIdentifier
  static readonly version = '1.0'

  /** @returns whether it was for us; everything else is livereload.js's to do. */
  reload(path: string): boolean {
    if (path.startsWith(problemsPrefix)) showProblems(decodeURIComponent(path.slice(problemsPrefix.length)))
    else if (path.startsWith(appliedPrefix)) build = path.slice(appliedPrefix.length)
    else if (path.startsWith(servedPrefix)) loadUnless(path.slice(servedPrefix.length))
    else if (path.endsWith('/icons.svg')) swapIcons()
    else {
      if (path.startsWith('/images/')) swapImages(path)
      return false
    }
    return true
  }
}

/** The page slept, or the server was away, while something was built. */
function loadUnless(served: string): void {
  if (served !== build) location.reload()
}

// livereload.js, which comes after us, takes every global of such a name for a plugin.
Object.assign(window, { LiveReloadPluginStuntmail: Plugin })
giveBack()
addEventListener('pagehide', keep)
