/** Runs that a server somewhere is told of, by REST. */
import type { RunKeeper } from './loop.ts'

/** How long the server may take to answer, milliseconds. */
const answerMs = 10_000

/** @param url with user and password where it asks for them. Each call throws Error with what to do where it fails. */
export function remoteKeeper(url: URL): RunKeeper {
  const { username, password, origin } = url
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const headers = {
    'Content-Type': 'application/json',
    ...(username === '' ? {} : { Authorization: `Basic ${Buffer.from(login).toString('base64')}` }),
  }
  const post = async (path: string, body: object): Promise<unknown> => {
    const init = { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(answerMs) }
    // eslint-disable-next-line no-restricted-syntax -- the address is what the user gave the command, and nothing else
    const answer = await fetch(`${origin}${path}`, init).catch((error: unknown) => {
      throw new Error(`No Stuntmail answers at ${origin}: start it, or name another with --url`, { cause: error })
    })
    const said: unknown = await answer.json().catch(() => undefined)
    if (answer.ok) return said
    const detail =
      typeof said === 'object' && said !== null && 'detail' in said ? String(said.detail) : answer.statusText
    throw new Error(`${origin} does not take the replay: ${answer.status} ${detail}`)
  }
  return {
    async begin(command) {
      const run = await post('/api/replays', { command: command.slice(0, 1_000) })
      if (typeof run === 'object' && run !== null && 'id' in run && typeof run.id === 'string') return run.id
      throw new Error(`What answers at ${origin} is no Stuntmail of this version`)
    },
    async end(id, { problem, output }) {
      await post(`/api/replays/${id}/end`, { problem: problem?.slice(0, 1_000) ?? null, output })
    },
  }
}
