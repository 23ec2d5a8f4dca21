/** Messages that come by REST, handed to the delivery as one SMTP transaction would be. */
import type { SmtpSession, StoredAs } from '../smtp/delivery.ts'
import { Transcript } from '../net/transcript.ts'
import type { SmtpEnvelope } from '../smtp/envelope.ts'
import { HttpProblem } from './problem.ts'
import type { RouteServices } from './services.ts'

export interface Submission {
  readonly reversePath: string
  /** Not empty. */
  readonly forwardPaths: readonly string[]
  readonly octets: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
  readonly client: { readonly address: string; readonly port: number }
  readonly user: string | undefined
  /** What the conversation is told by. Default `POST /api/messages`. */
  readonly request?: string
}

/** @throws SmtpRefusal as the delivery does, HttpProblem 413, and what reading the octets throws; then nothing is kept. */
export async function submit(services: RouteServices, submission: Submission): Promise<StoredAs> {
  const { delivery, clock } = services
  const connectedAt = clock.now()
  const session: SmtpSession = {
    id: services.newSessionId(),
    listener: 'http',
    client: submission.client,
    connectedAt,
    heloName: '',
    ...(submission.user === undefined ? {} : { authUser: submission.user }),
  }
  const transcript = new Transcript(clock)
  transcript.client(submission.request ?? 'POST /api/messages')
  let stored: StoredAs | undefined
  try {
    stored = await transact(services, session, { submission, transcript })
    transcript.server(storedWords + stored.key)
    return stored
  } catch (error) {
    transcript.server('refused')
    throw error
  } finally {
    delivery.closed(session, {
      endedAt: clock.now(),
      messages: stored === undefined ? 0 : 1,
      outcome: stored === undefined ? 'refused' : 'completed',
      refusals: stored === undefined ? 1 : 0,
      transcript: String(transcript),
    })
  }
}

async function transact(
  services: RouteServices,
  session: SmtpSession,
  { submission, transcript }: { readonly submission: Submission; readonly transcript: Transcript },
): Promise<StoredAs> {
  const { delivery, clock, maxMessageOctets } = services
  const reversePath = { address: submission.reversePath }
  const forwardPaths = submission.forwardPaths.map((address) => ({ address }))
  const mailAt = clock.now()
  await delivery.mail(session, reversePath)
  for (const forwardPath of forwardPaths) await delivery.rcpt(session, forwardPath)
  const sink = delivery.data(session)
  let octets = 0
  try {
    for await (const chunk of submission.octets) {
      octets += chunk.length
      if (maxMessageOctets > 0 && octets > maxMessageOctets) throw tooLarge(maxMessageOctets)
      await sink.write(chunk)
    }
  } catch (error) {
    sink.abort()
    throw error
  }
  const envelope: SmtpEnvelope = {
    reversePath,
    forwardPaths,
    heloName: session.heloName,
    client: session.client,
    listener: session.listener,
    ...(session.authUser === undefined ? {} : { authUser: session.authUser }),
    connectedAt: session.connectedAt,
    mailAt,
    dataAt: clock.now(),
  }
  transcript.client(`<${octets} octets>`)
  const reply = transcript.timed(`S: ${storedWords}`)
  return sink.end(envelope, { prologue: '', transaction: String(transcript), reply })
}

/** The answer, up to the key. */
const storedWords = '201 Stored as '

function tooLarge(maxOctets: number): HttpProblem {
  return new HttpProblem(413, 'Content too large', `A message may have at most ${maxOctets} octets.`)
}
