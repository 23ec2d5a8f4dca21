/**
 * What `gulp watch` says to the page. LiveReload has no command for it, so it goes as the path of a `reload` that our
 * plugin takes. A path is a prefix and what follows.
 */

/** Identifier of the plugin; pages that have it are told these. */
export const pluginIdentifier = 'stuntmail'
/** Follows: the build that is served. The page loads itself again unless it has that one. */
export const servedPrefix = 'stuntmail/served/'
/** Follows: the build that the page has, now that what was said before is put in. */
export const appliedPrefix = 'stuntmail/applied/'
/** Follows: `Problem[]`, JSON, percent-encoded; all there are. */
export const problemsPrefix = 'stuntmail/problems/'

/** Something that could not be built or started. */
export interface Problem {
  /** What was being made: `style`, `scripts`, `page`, `server`. */
  readonly what: string
  /** The compiler's own words. */
  readonly text: string
  /** Relative to the project's folder. */
  readonly file?: string
  /** From 1. */
  readonly line?: number
  /** From 1. */
  readonly column?: number
  /** Lines of source around it, the place marked. */
  readonly excerpt?: string
}

/** `file:line:column`, as far as it is known. */
export function placeOf({ file, line, column }: Problem): string {
  return [file, line, column].filter((part) => part !== undefined).join(':')
}
