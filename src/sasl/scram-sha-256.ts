/** SCRAM-SHA-256, RFC 7677 and RFC 5802, without channel binding. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { malformed, nothing, type Mechanism } from './exchange.ts'
import { equal, wrong } from './logins.ts'

/** RFC 7677 §4: at least 4,096. */
const iterations = 4096
const form = /^([ny],(?:a=[^,]*)?,)((?:m=[^,]*,)?n=([^,]{1,500}),r=([\x21-\x2b\x2d-\x7e]{1,500})(?:,.*)?)$/
const finalForm = /^(c=([^,]*),r=([^,]*)(?:,[^p][^,]*)*),p=([A-Za-z0-9+/=]+)$/

export const scramSha256: Mechanism = {
  name: 'SCRAM-SHA-256',
  clientFirst: true,
  needsPassword: true,
  *begin(logins) {
    const first = readFirst((yield nothing).toString())
    if (first === undefined) return malformed
    const { gs2, bare, user } = first
    const password = logins.users.get(user)
    const nonce = first.nonce + randomBytes(18).toString('base64')
    const salt = randomBytes(16)
    const serverFirst = `r=${nonce},s=${salt.toString('base64')},i=${iterations}`
    const last = readFinal((yield Buffer.from(serverFirst)).toString())
    if (last === undefined || last.nonce !== nonce || last.binding !== gs2) return malformed
    const salted = pbkdf2Sync((password ?? '').normalize('NFKC'), salt, iterations, 32, 'sha256')
    const message = `${bare},${serverFirst},${last.withoutProof}`
    const clientKey = hmac(salted, 'Client Key')
    const signature = hmac(createHash('sha256').update(clientKey).digest(), message)
    const right = equal(xor(clientKey, signature), last.proof)
    if (!right || password === undefined) return wrong(user)
    yield Buffer.from(`v=${hmac(hmac(salted, 'Server Key'), message).toString('base64')}`)
    return { user }
  },
}

/** client-first-message. Undefined where it is none, or asks for an extension. */
function readFirst(text: string) {
  const [, gs2 = '', bare = '', saslName = '', nonce = ''] = form.exec(text) ?? []
  if (bare === '' || bare.startsWith('m=')) return undefined
  return { gs2, bare, nonce, user: saslName.replaceAll('=2C', ',').replaceAll('=3D', '=') }
}

/** client-final-message. */
function readFinal(text: string) {
  const [, withoutProof = '', binding = '', nonce = '', proof = ''] = finalForm.exec(text) ?? []
  if (withoutProof === '') return undefined
  return {
    withoutProof,
    nonce,
    binding: Buffer.from(binding, 'base64').toString(),
    proof: Buffer.from(proof, 'base64'),
  }
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((octet, i) => octet ^ (b[i] ?? 0)))
