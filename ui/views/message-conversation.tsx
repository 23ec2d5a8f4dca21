import type { WireEnvelope, WireMessage } from '../../src/http/wire-types.ts'
import { getText, messageUrl } from '../api.ts'
import { moment } from '../format.ts'
import { useLoaded } from '../parts/loaded.ts'
import { Said } from '../parts/said.tsx'
import { Transcript } from '../parts/transcript.tsx'
import { Waiting } from '../parts/waiting.tsx'

/** How the message came: the envelope, and what was said in both directions. */
export function Conversation({ message }: { message: WireMessage }) {
  const loaded = useLoaded(message.key, () => getText(messageUrl(message.key, '/transcript')))
  return (
    <>
      <dl class="facts">
        {factsOf(message.envelope, message).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Said text={value} />
            </dd>
          </div>
        ))}
      </dl>
      {loaded.status === 'ready' ? <Transcript text={loaded.value} /> : <Waiting loaded={loaded} />}
    </>
  )
}

/** Of a message that `stuntmail doctor` found without its envelope. */
const rebuilt = 'not known any more: the envelope was made from the header fields by stuntmail doctor'

function factsOf(envelope: WireEnvelope, message: WireMessage): readonly (readonly [string, string])[] {
  const { client, tls, authUser, authMechanism, connectedAt, mailAt, dataAt, heloName, listener } = envelope
  return [
    ['MAIL FROM', mailFrom(envelope.reversePath)],
    ['RCPT TO', envelope.forwardPaths.map(rcptTo).join(', ')],
    ['HELO', heloName || 'none given'],
    ['Client', listener === 'rebuilt' ? rebuilt : `${client.address} port ${client.port}, by ${listener}`],
    ['TLS', tls === null ? 'none' : `${tls.version}, ${tls.cipher}`],
    ['AUTH', authUser === null ? 'none' : `${authUser}${authMechanism === null ? '' : ` by ${authMechanism}`}`],
    ['Connected', moment(connectedAt)],
    [
      'Took',
      `${between(connectedAt, mailAt)} to MAIL, ${between(mailAt, dataAt)} to DATA, ${between(dataAt, message.arrivedAt)} to stored`,
    ],
    ['SHA-256', message.sha256],
    ['Filed in', message.entries.map(({ account, mailbox, uid }) => `${account}/${mailbox} as ${uid}`).join(', ')],
  ]
}

/** Other servers may refuse it. */
const irregularMark = ' (not a valid address by RFC 5321)'

function mailFrom({ address, irregular, size, body, smtpUtf8, ret, envId }: WireEnvelope['reversePath']): string {
  const parameters = [
    size === null ? '' : `SIZE=${size}`,
    body === null ? '' : `BODY=${body}`,
    smtpUtf8 ? 'SMTPUTF8' : '',
    ret === null ? '' : `RET=${ret}`,
    envId === null ? '' : `ENVID=${envId}`,
  ]
  return [`<${address}>${irregular ? irregularMark : ''}`, ...parameters.filter((parameter) => parameter !== '')].join(
    ' ',
  )
}

function rcptTo({ address, irregular, notify, orcpt }: WireEnvelope['forwardPaths'][number]): string {
  const parameters = [notify === null ? '' : ` NOTIFY=${notify.join(',')}`, orcpt === null ? '' : ` ORCPT=${orcpt}`]
  return `<${address}>${parameters.join('')}${irregular ? irregularMark : ''}`
}

function between(from: string, to: string): string {
  return `${Math.max(0, Date.parse(to) - Date.parse(from))} ms`
}
