import { readFile } from 'node:fs/promises'
import { ConfigError } from './config-error.ts'

/** The text of an htpasswd file. @throws ConfigError when it cannot be read. */
export async function readHtpasswd(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw new ConfigError('usage', `The htpasswd file ${path} cannot be read: ${code}.`, { cause: error })
  }
}
