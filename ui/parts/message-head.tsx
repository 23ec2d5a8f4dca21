import type { ComponentChildren } from 'preact'
import type { WireHeaders, WireMessage } from '../../src/http/wire-types.ts'
import { getHeaders } from '../api.ts'
import { cut, moment, size } from '../format.ts'
import { CopyButton } from './copy-button.tsx'
import { useLoaded } from './loaded.ts'
import { Said } from './said.tsx'

/** Of a field, characters; the Headers tab has more. */
const mostShown = 2000

/** Who sent what to whom and when; where the envelope says something else than the header, that too. */
export function MessageHead({ message }: { message: WireMessage }) {
  const loaded = useLoaded(message.key, () => getHeaders(message.key))
  const fields = loaded.status === 'ready' ? loaded.value.fields : []
  const recipients = message.envelope.forwardPaths.map(({ address }) => address)
  const hidden = loaded.status === 'ready' ? notNamed(recipients, fields) : []
  return (
    <dl class="facts message-head">
      <From message={message} fields={fields} />
      {['sender', 'reply-to'].map((name) => (
        <Field key={name} fields={fields} name={name} />
      ))}
      <Fact name="To">
        <Chosen text={fieldOf(fields, 'to') || message.to.map(written).join(', ')} otherwise="no To field" />
      </Fact>
      {['cc', 'bcc'].map((name) => (
        <Field key={name} fields={fields} name={name} />
      ))}
      {hidden.length > 0 && (
        <Fact name="Envelope to">
          <Said text={cut(hidden.join(', '), mostShown)} />
          <span class="differs">named in no To, Cc or Bcc field</span>
        </Fact>
      )}
      <Arrived message={message} />
      <Fact name="Key">
        <code>{message.key}</code>
        <CopyButton text={message.key} what="Key" />
        <span class="quiet">{size(message.octets)}</span>
      </Fact>
    </dl>
  )
}

function From({ message, fields }: { message: WireMessage; fields: WireHeaders['fields'] }) {
  const { address } = message.from
  const { envelope } = message
  const returnPath = envelope.reversePath.address
  // What a client puts into a mailbox has no envelope.
  const appended = envelope.listener.startsWith('imap')
  return (
    <Fact name="From">
      <Chosen text={fieldOf(fields, 'from') || written(message.from)} otherwise="no From field" />
      {address !== '' && <CopyButton text={address} what="Address" />}
      {appended && (
        <span class="differs">
          put here by IMAP, as <Said text={envelope.authUser ?? ''} />
        </span>
      )}
      {!appended && returnPath.toLowerCase() !== address.toLowerCase() && (
        <span class="differs">
          envelope: <Said text={returnPath === '' ? 'null reverse-path <>' : cut(returnPath)} />
        </span>
      )}
    </Fact>
  )
}

function Chosen({ text, otherwise }: { text: string; otherwise: string }) {
  return text === '' ? <span class="quiet">{otherwise}</span> : <Said text={cut(text, mostShown)} />
}

function Arrived({ message }: { message: WireMessage }) {
  const { date, arrivedAt } = message
  return (
    <Fact name="Arrived">
      {moment(arrivedAt)}
      {date === null && <span class="differs">no Date field that can be read</span>}
      {date !== null && dateDiffers(date, arrivedAt) && <span class="differs">Date field: {moment(date)}</span>}
    </Fact>
  )
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Field({ fields, name }: { fields: WireHeaders['fields']; name: string }) {
  const value = fieldOf(fields, name)
  if (value === '') return null
  return (
    <Fact name={name.replace(/^.|-./g, (start) => start.toUpperCase())}>
      <Said text={cut(value, mostShown)} />
    </Fact>
  )
}

function fieldOf(fields: WireHeaders['fields'], name: string): string {
  const found = fields.filter((field) => field.name.toLowerCase() === name)
  return found.map(({ value }) => value.trim()).join(', ')
}

/** Recipients of the envelope that no address field names: Bcc, as a rule. */
function notNamed(recipients: readonly string[], fields: WireHeaders['fields']): readonly string[] {
  const text = ['to', 'cc', 'bcc'].map((name) => fieldOf(fields, name)).join(' ')
  const words = text.toLowerCase().split(/[\s<>,;:"()]+/)
  const named = new Set(words.filter((word) => word.includes('@')))
  return recipients.filter((address) => !named.has(address.toLowerCase()))
}

/** A Date field within two minutes of the arrival says nothing new. */
function dateDiffers(date: string, arrivedAt: string): boolean {
  return Math.abs(Date.parse(date) - Date.parse(arrivedAt)) > 120_000
}

function written({ name, address }: { name: string; address: string }): string {
  return name === '' ? address : `${name} <${address}>`
}
