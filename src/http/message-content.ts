/** Messages taken apart on request: trees are made by streaming, kept for a while, and content is decoded piece by piece. */
import { transferDecoder } from '../mime/body.ts'
import { scanInTurns } from '../mime/scan-in-turns.ts'
import type { MessageTree, Part } from '../mime/tree.ts'
import type { Octets, Store } from '../store/store.ts'
import { notFound } from './problem.ts'

export interface OpenMessage {
  readonly octets: Octets
  readonly tree: MessageTree
}

export interface MessageContents {
  /** Runs `use` on the message, its octets open until then. @throws HttpProblem 404. */
  open<T>(key: string, use: (message: OpenMessage) => Promise<T>): Promise<T>
  /** As `open`, but the caller closes `octets`. @throws HttpProblem 404. */
  keep(key: string): Promise<OpenMessage>
}

/** Trees kept, and what they may weigh together: parts, each counted with its header fields. */
const maxTrees = 200
const maxWeight = 200_000

export function messageContents(store: Store): MessageContents {
  /** The one used last stands last. */
  const trees = new Map<string, { tree: MessageTree; weight: number }>()
  const scanning = new Map<string, Promise<MessageTree>>()
  let total = 0
  const remember = (key: string, tree: MessageTree): void => {
    const weight = weigh(tree.root)
    if (trees.has(key) || weight > maxWeight) return
    trees.set(key, { tree, weight })
    total += weight
    for (const [oldest, entry] of trees) {
      if (trees.size <= maxTrees && total <= maxWeight) break
      trees.delete(oldest)
      total -= entry.weight
    }
  }
  const treeOf = async (key: string, octets: Octets): Promise<MessageTree> => {
    const known = trees.get(key)
    if (known !== undefined) {
      trees.delete(key)
      trees.set(key, known)
      return known.tree
    }
    // Asked for by several at once it is scanned once; whoever began keeps its octets open until the end.
    const begun = scanning.get(key)
    if (begun !== undefined) return begun
    const scan = scanInTurns(octets.stream(), octets.octets)
    scanning.set(key, scan)
    try {
      const tree = await scan
      remember(key, tree)
      return tree
    } finally {
      scanning.delete(key)
    }
  }
  const keep = async (key: string): Promise<OpenMessage> => {
    const octets = await store.octets(key)
    if (octets === undefined) throw notFound('message')
    try {
      return { octets, tree: await treeOf(key, octets) }
    } catch (error) {
      octets.close()
      throw error
    }
  }
  return {
    keep,
    async open(key, use) {
      const message = await keep(key)
      try {
        return await use(message)
      } finally {
        message.octets.close()
      }
    },
  }
}

/** The decoded body of a part, as it streams by. */
export async function* decodedBody(octets: Octets, part: Part): AsyncIterable<Uint8Array> {
  const decoder = transferDecoder(part.transferEncoding)
  for await (const chunk of octets.stream(part.bodyStart, part.end)) {
    const decoded = decoder.push(chunk)
    if (decoded.length > 0) yield decoded
  }
  const rest = decoder.end()
  if (rest.length > 0) yield rest
}

function weigh(part: Part): number {
  return part.children.reduce((sum, child) => sum + weigh(child), 1 + part.header.length)
}
