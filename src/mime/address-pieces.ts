/** The pieces an address is put together from: RFC 5322 §3.4.1, obsolete syntax (§4.4) too. */

/** A piece of the mailbox under way: `text` raw, without the quotes or parentheses. */
export interface Piece {
  readonly kind: 'word' | 'quoted' | 'at'
  readonly text: string
  /** White space stands before it. */
  readonly spaced: boolean
}

/** First piece of the local part that ends before `at`; obsolete syntax allows white space around its dots. */
export function localStart(pieces: readonly Piece[], at: number): number {
  let from = Math.max(at - 1, 0)
  while (from > 0 && joins(pieces[from - 1], pieces[from])) from--
  return from
}

export function domainEnd(pieces: readonly Piece[], at: number): number {
  let to = Math.min(at + 2, pieces.length)
  while (to < pieces.length && joins(pieces[to - 1], pieces[to])) to++
  return to
}

/** Whether two neighbours are one word: nothing between them, or a dot beside the white space. */
function joins(left: Piece | undefined, right: Piece | undefined): boolean {
  if (left === undefined || right === undefined) return false
  return !right.spaced || left.text.endsWith('.') || right.text.startsWith('.')
}

export function addressText({ kind, text }: Piece): string {
  return kind === 'quoted' ? `"${text.replace(/["\\]/g, '\\$&')}"` : text
}

export function withoutSpace(text: string): string {
  const trimmed = text.trim()
  return trimmed.includes('"') ? trimmed : trimmed.replace(/\s+/g, '')
}

/** Something on both sides of an at sign, and no white space outside quotes. */
export function plausible(address: string): boolean {
  const at = address.lastIndexOf('@')
  return at > 0 && at < address.length - 1 && (address.startsWith('"') || !/[\s@]/.test(address.slice(0, at)))
}
