/** What captured messages say of their templates. */
import type { Store } from '../store/store.ts'
import { tieOf, type CapturedData, type Tie } from '../templates/captured.ts'
import { messageContents, type MessageContents } from './message-content.ts'
import { HttpProblem } from './problem.ts'

/** @returns undefined where the message names no template. @throws HttpProblem 404. */
export function capturedDataOf(contents: MessageContents, key: string): Promise<Tie | undefined> {
  return contents.open(key, async ({ tree }) => tieOf(tree.root, key))
}

/** The data of messages, for renderings. */
export function capturedData(store: Store): CapturedData {
  const contents = messageContents(store)
  return async (key) => {
    const tie = await capturedDataOf(contents, key).catch((error: unknown) => {
      if (error instanceof HttpProblem) throw new Error('The message is not there any more', { cause: error })
      throw error
    })
    if (tie?.data !== undefined) return tie.data
    throw new Error(tie?.problem ?? 'The message has no data for a template')
  }
}
