import assert from 'node:assert/strict'
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { test } from 'node:test'
import type { Exchange } from '../../src/sasl/exchange.ts'
import { logIn, type Logins } from '../../src/sasl/logins.ts'
import { mechanismsFor } from '../../src/sasl/mechanisms.ts'

const anyone: Logins = { users: new Map(), strict: false }
const users = new Map([
  ['ann', 'secret'],
  ['a=b,c', 'pass=word'],
  ['__proto__', 'x'],
])
const known: Logins = { users, strict: false }
const strict: Logins = { users, strict: true }

function exchange(name: string, logins: Logins): Exchange {
  const mechanism = mechanismsFor(logins).find((each) => each.name === name)
  assert.ok(mechanism, `${name} is not offered`)
  return mechanism.begin(logins)
}

/** @param responses each may be made from the challenge it answers. @returns the user, or undefined. */
function outcome(
  running: Exchange,
  responses: readonly (string | ((challenge: string) => string))[],
): string | undefined {
  let step = running.next()
  for (const response of responses) {
    assert.equal(step.done, false, 'it ended before it was answered')
    const challenge = String(step.value)
    step = running.next(Buffer.from(typeof response === 'string' ? response : response(challenge)))
  }
  assert.ok(step.done === true, 'it goes on after the last response')
  return 'user' in step.value ? step.value.user : undefined
}

test('what needs passwords is offered where there are some', () => {
  const common = ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2', 'OAUTHBEARER']
  assert.deepEqual(
    mechanismsFor(anyone).map(({ name }) => name),
    common,
  )
  assert.deepEqual(
    mechanismsFor(known).map(({ name }) => name),
    [...common.slice(0, 3), 'SCRAM-SHA-256', ...common.slice(3)],
  )
})

const cramMd5 = (user: string, password: string) => (challenge: string) =>
  `${user} ${createHmac('md5', password).update(challenge).digest('hex')}`

/** How each mechanism says user and password, where it is believed at once; what a wrong one adds. */
const said: readonly (readonly [
  string,
  (user: string, password: string) => (string | ((c: string) => string))[],
  string[],
])[] = [
  ['PLAIN', (user, password) => [`\0${user}\0${password}`], []],
  ['LOGIN', (user, password) => [user, password], []],
  ['CRAM-MD5', (user, password) => [cramMd5(user, password)], []],
  ['XOAUTH2', (user, password) => [`user=${user}\x01auth=Bearer ${password}\x01\x01`], ['']],
  ['OAUTHBEARER', (user, password) => [`n,a=${user},\x01host=x\x01auth=Bearer ${password}\x01\x01`], ['\x01']],
]

for (const [name, say, afterwards] of said) {
  test(`${name}: who is let in`, () => {
    assert.equal(outcome(exchange(name, anyone), say('bob@example.com', 'whatever')), 'bob@example.com')
    assert.equal(outcome(exchange(name, known), say('bob', 'whatever')), 'bob')
    for (const logins of [known, strict]) {
      assert.equal(outcome(exchange(name, logins), say('ann', 'secret')), 'ann')
      assert.equal(outcome(exchange(name, logins), [...say('ann', 'Secret'), ...afterwards]), undefined)
      assert.equal(outcome(exchange(name, logins), [...say('__proto__', 'y'), ...afterwards]), undefined)
    }
    assert.equal(outcome(exchange(name, strict), [...say('bob', 'secret'), ...afterwards]), undefined)
    assert.equal(outcome(exchange(name, strict), [...say('constructor', ''), ...afterwards]), undefined)
  })
}

for (const [name, say] of said.filter(([name]) => name !== 'OAUTHBEARER')) {
  test(`${name}: an empty user name and password where any will do, and nowhere else`, () => {
    assert.equal(outcome(exchange(name, anyone), say('', '')), '')
    assert.equal(outcome(exchange(name, strict), [...say('', ''), ...(name === 'XOAUTH2' ? [''] : [])]), undefined)
  })
}

for (const [name, ...responses] of [
  ['PLAIN', ''],
  ['PLAIN', 'ann\0secret'],
  ['PLAIN', '\0ann\0secret\0more'],
  ['PLAIN', 'root\0ann\0secret'],
  ['CRAM-MD5', ''],
  ['CRAM-MD5', 'ann'],
  ['CRAM-MD5', 'ann 0123'],
  ['XOAUTH2', 'user=ann'],
  ['XOAUTH2', 'user=ann\x01auth=Basic secret\x01\x01'],
  ['OAUTHBEARER', 'n,,\x01auth=Bearer secret\x01\x01'],
  ['OAUTHBEARER', 'p=tls-unique,a=ann,\x01auth=Bearer secret\x01\x01'],
  ['OAUTHBEARER', 'n,a=ann,\x01\x01'],
  ['SCRAM-SHA-256', ''],
  ['SCRAM-SHA-256', 'n,,n=ann'],
  ['SCRAM-SHA-256', 'p=tls-unique,,n=ann,r=abc'],
  ['SCRAM-SHA-256', 'n,,m=x,n=ann,r=abc'],
  ['SCRAM-SHA-256', 'n,,n=ann,r=abc', 'c=biws,r=other,p=AAAA'],
] as const) {
  test(`${name} refuses ${JSON.stringify(responses)}`, () => {
    assert.equal(outcome(exchange(name, known), responses), undefined)
  })
}

interface Scram {
  readonly user: string
  readonly password: string
  readonly gs2?: string
  readonly binding?: string
}

/** The client of RFC 5802 §3. @returns who it is, and whether the server proved to know the password. */
function scram({ user, password, gs2 = 'n,,', binding = gs2 }: Scram) {
  const bare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=rOprNGfwEbeRWgbNEkqO`
  let signature = ''
  const final = (serverFirst: string): string => {
    const [, nonce = '', salt = '', i = ''] = /^r=([^,]*),s=([^,]*),i=(\d+)$/.exec(serverFirst) ?? []
    assert.ok(nonce.startsWith('rOprNGfwEbeRWgbNEkqO') && nonce.length > 40)
    assert.ok(Number(i) >= 4096)
    const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(i), 32, 'sha256')
    const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
    const withoutProof = `c=${Buffer.from(binding).toString('base64')},r=${nonce}`
    const message = `${bare},${serverFirst},${withoutProof}`
    const clientKey = hmac(salted, 'Client Key')
    const mask = hmac(createHash('sha256').update(clientKey).digest(), message)
    signature = hmac(hmac(salted, 'Server Key'), message).toString('base64')
    return `${withoutProof},p=${Buffer.from(clientKey.map((octet, at) => octet ^ (mask[at] ?? 0))).toString('base64')}`
  }
  return { first: gs2 + bare, final, verifier: () => `v=${signature}` }
}

test('a user name has no control characters: a password may be in it', () => {
  for (const user of ['u\0secret', 'u\nsecret', 'u\rsecret', 'u\x7f', 'u\u2028']) {
    assert.deepEqual(logIn(anyone, user, 'p'), { refused: 'A user name has no control characters' })
  }
  assert.deepEqual(logIn(anyone, 'ünï user', 'p'), { user: 'ünï user' }, 'control')
})

test('SCRAM-SHA-256: both sides prove that they have the password (RFC 7677)', () => {
  for (const [user, password] of users) {
    const client = scram({ user, password, gs2: 'y,,' })
    const proved = (challenge: string): string => {
      assert.equal(challenge, client.verifier())
      return ''
    }
    assert.equal(outcome(exchange('SCRAM-SHA-256', strict), [client.first, client.final, proved]), user)
  }
})

test('SCRAM-SHA-256 refuses a wrong password, an unknown user and another header than at first', () => {
  for (const wrong of [
    { user: 'ann', password: 'Secret' },
    { user: 'bob', password: 'secret' },
    { user: 'constructor', password: '' },
    { user: 'ann', password: 'secret', binding: 'y,,' },
  ]) {
    const client = scram(wrong)
    assert.equal(outcome(exchange('SCRAM-SHA-256', known), [client.first, client.final]), undefined)
  }
})
