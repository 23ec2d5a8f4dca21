import type { MessageTree } from './tree.ts'

/**
 * What stands for the tree of a message that could not be scanned: one opaque part, and the defect that says so. MIME-1.
 * @param octets size of the message.
 */
export function unparsedTree(octets: number): MessageTree {
  const text = 'The message could not be parsed. Its octets are as they were sent.'
  return {
    octets,
    root: {
      section: '',
      headerCharset: 'windows-1252',
      header: [],
      start: 0,
      bodyStart: 0,
      end: octets,
      lines: 0,
      mediaType: { type: 'application', subtype: 'octet-stream', parameters: new Map() },
      transferEncoding: 'binary',
      disposition: undefined,
      filename: undefined,
      contentId: undefined,
      children: [],
    },
    defects: [{ code: 'unparsed', offset: 0, text }],
    defectCount: 1,
  }
}
