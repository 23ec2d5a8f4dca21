import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreError } from '../store.ts'
import { isOutOfSpace } from './disk.ts'
import { isDamaged } from './driver.ts'
import { inMemory, type IndexThreadData } from './index-calls.ts'
import { IndexDatabase, removeIndex } from './index-database.ts'
import { reservedOctets } from './reserve.ts'
import { roomIn } from './room.ts'

/** What the index leaves to messages. It is written by the page, so that it may take more than it looked for. */
const leftToOthers = 2 * reservedOctets

/**
 * The index and the space it may take. Where the disk is nearly full nothing is written, and what can be is given back:
 * the index can be made again, and what the reserve gave is for the store, which frees space with it. REL-6.
 */
export class IndexFile {
  readonly #file: string
  readonly #identity: string
  #database: IndexDatabase | undefined

  constructor({ file, identity }: IndexThreadData) {
    this.#file = file
    this.#identity = identity
  }

  /** @throws StoreError `full`. */
  async open(): Promise<IndexDatabase> {
    if (!existsSync(this.#file)) this.requireRoom()
    try {
      return (this.#database ??= await IndexDatabase.open(this.#file, this.#identity))
    } catch (error) {
      throw isOutOfSpace(error) ? withoutSpace() : error
    }
  }

  /**
   * Runs on the open index. A damaged one is thrown away; then it is the caller who has to begin again.
   * @throws StoreError `damaged`, `full`.
   */
  using<T>(work: (index: IndexDatabase) => T): T {
    if (this.#database === undefined) throw new Error('The index is not open')
    try {
      return work(this.#database)
    } catch (error) {
      if (isOutOfSpace(error) || (error instanceof StoreError && error.code === 'full')) {
        this.#giveRoom()
        throw withoutSpace()
      }
      if (!isDamaged(error)) throw error
      this.#discard()
      throw new StoreError('damaged', 'The full-text index was damaged and is made again')
    }
  }

  /** Before anything is written. @throws StoreError `full`. */
  requireRoom(): void {
    if (this.#file !== inMemory && roomIn(dirname(this.#file)) < leftToOthers) throw withoutSpace()
  }

  close(): void {
    this.#database?.close()
    this.#database = undefined
  }

  /** The log may be as large as the index. */
  #giveRoom(): void {
    try {
      this.#database?.writeBack()
    } catch {
      this.#discard()
    }
  }

  #discard(): void {
    this.close()
    removeIndex(this.#file)
  }
}

const withoutSpace = (): StoreError => new StoreError('full', 'There is no space left for the full-text index')
