/** Addresses of files that renderings show: `/template-files/` and the path under the templates' folder. Pure. */

/** What such an address begins with; a policy takes it as a source. */
export const templateFilesPrefix = '/template-files/'

const encodedPath = /^\/[A-Za-z0-9._~!$&'()*+,;=:@/%-]{1,4000}$/
/** Separators, drives and streams of Windows, controls; a name that begins with a dot is hidden. */
// eslint-disable-next-line no-control-regex -- they are what is refused
const badName = /^$|^\.|[\x00-\x1f\x7f\\/:]/

/**
 * @param path of a URL, as received.
 * @returns relative to the templates' folder, with `/`: no empty, hidden or `..` segment, however it was written.
 * Undefined for anything else.
 */
export function templateFilePath(path: string): string | undefined {
  if (!path.startsWith(templateFilesPrefix) || !encodedPath.test(path)) return undefined
  try {
    // Taken apart before decoding: an encoded slash separates nothing.
    const names = path.slice(templateFilesPrefix.length).split('/').map(decodeURIComponent)
    return names.some((name) => badName.test(name)) ? undefined : names.join('/')
  } catch {
    return undefined
  }
}
