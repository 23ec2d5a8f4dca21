import { effect } from '@preact/signals'
import { io } from 'socket.io-client'
import type {
  WireChange,
  WireChanges,
  WireRendering,
  WireReplay,
  WireResume,
  WireTemplatesEvent,
} from '../src/http/wire-types.ts'
import { asProblem, send } from './api.ts'
import { connection, refusal, sessionsEnded } from './connection.ts'
import { latestChange, takeChanges } from './listing.ts'
import { catchUpReplays, takeReplay } from './replays.ts'
import { currentLook, lookChanges, takeHint, takeRendering } from './renderings.ts'

/** Between two looks; the server drops who says too much. */
const lookPauseMs = 120

/**
 * Keeps the list and the renderings that are shown up to date from now on. Each time the connection stands, everything
 * since the last change seen is asked for, so a break of any length misses nothing.
 * @param onArrival called for each message that came while connected
 */
export function startLive(onArrival: (changes: readonly WireChange[]) => void): void {
  const path = new URL('socket.io', document.baseURI).pathname
  const socket = io({
    path,
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnectionDelay: 250,
    reconnectionDelayMax: 2000,
  })
  function resumeFrom(since: number | null): void {
    const question: WireResume = { since }
    socket.emit('resume', question)
  }
  const look = atMostEvery(lookPauseMs, () => {
    if (socket.connected) socket.emit('look', currentLook())
  })
  socket.on('connect', () => {
    refusal.value = null
    resumeFrom(latestChange())
    look()
    void catchUpReplays()
  })
  effect(() => {
    if (lookChanges.value > 0) look()
  })
  socket.on('rendering', (event: WireRendering) => takeRendering(event))
  socket.on('replay', (event: WireReplay) => takeReplay(event))
  socket.on('templates', (event: WireTemplatesEvent) => takeHint(event))
  socket.on('sessions', () => void (sessionsEnded.value += 1))
  socket.on('changes', (event: WireChanges) => {
    const since = latestChange()
    const caughtUp = connection.peek() === 'live'
    if (!takeChanges(event)) {
      resumeFrom(since)
      return
    }
    connection.value = 'live'
    if (caughtUp) onArrival(event.changes.filter(({ number }) => since === null || number > since))
  })
  socket.on('disconnect', (reason) => {
    connection.value = 'lost'
    // A server that goes down says goodbye, and socket.io does not come back by itself after that.
    if (reason === 'io server disconnect') socket.connect()
  })
  socket.on('connect_error', () => {
    if (connection.peek() === 'live') connection.value = 'lost'
  })
  // Behind a proxy that says other names than the browser, polling begins and is refused in the middle.
  for (const event of ['error', 'close', 'reconnect_attempt'] as const) socket.io.on(event, () => void explain(path))
}

/** Asks as the connection asks, by an answer that can be read: a WebSocket that is refused does not say why. */
async function explain(path: string): Promise<void> {
  if (connection.peek() === 'live' || refusal.peek() !== null) return
  const problem = await send('POST', `${path}/?EIO=4&transport=polling`).then(() => null, asProblem)
  if (problem?.status === 403 && connection.peek() !== 'live') refusal.value = problem.message
}

/** At once, and of what comes too soon after it the last one when its time has come. */
function atMostEvery(milliseconds: number, act: () => void): () => void {
  let resting = false
  let again = false
  return function run(): void {
    again = resting
    if (resting) return
    act()
    resting = true
    setTimeout(() => {
      resting = false
      if (again) run()
    }, milliseconds)
  }
}
