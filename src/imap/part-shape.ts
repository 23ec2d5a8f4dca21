/** What IMAP takes a part for: body-type-mpart, body-type-msg or a leaf, RFC 9051 §9. */
import type { Part } from '../mime/tree.ts'

/**
 * What is inside of a part. Structures and section numbers go by it, so that they agree: a multipart without parts and a
 * message that was not taken apart (deeper than the limits, or encoded) are leaves.
 */
export type PartShape =
  | { readonly kind: 'multipart'; readonly parts: readonly Part[] }
  | { readonly kind: 'message'; readonly message: Part }
  | { readonly kind: 'leaf' }

const leaf: PartShape = { kind: 'leaf' }

export function partShape({ mediaType: { type }, children }: Part): PartShape {
  const [first] = children
  if (first === undefined) return leaf
  if (type === 'multipart') return { kind: 'multipart', parts: children }
  return type === 'message' ? { kind: 'message', message: first } : leaf
}
