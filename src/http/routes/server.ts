import * as v from 'valibot'
import { notFound } from '../problem.ts'
import { route } from '../router.ts'
import { stateSchema } from '../schemas.ts'
import type { WireState } from '../wire-types.ts'
import { wireTime } from '../wire.ts'

const tag = 'Server'
const nothing = { params: {}, query: {} }

export const getState = route({
  method: 'GET',
  path: '/api/state',
  summary: 'The server: version, listeners, what it holds',
  tag,
  ...nothing,
  answers: { status: 200, text: 'The state', content: stateSchema },
  async handle(services) {
    const { store } = services
    const [state, accounts] = await Promise.all([store.state(), store.accounts()])
    const body: WireState = {
      version: services.version,
      pid: process.pid,
      data: services.data ?? null,
      templates: services.templates?.root ?? null,
      store: store.description,
      startedAt: wireTime(services.startedAt),
      messages: state.messages,
      unread: state.unread,
      octets: state.octets,
      diskOctets: state.diskOctets,
      change: state.change,
      unindexed: state.unindexed,
      listeners: Object.fromEntries(services.listeners()),
      accounts: accounts.map(({ name, messages, unread }) => ({ name, messages, unread })),
    }
    return { kind: 'json', body }
  },
})

export const getCertificate = route({
  method: 'GET',
  path: '/api/certificate.pem',
  summary: 'The certificate of the TLS listeners, to be trusted by clients',
  tag,
  ...nothing,
  answers: { status: 200, text: 'The certificate', content: ['application/x-pem-file'] },
  async handle({ certificatePem }) {
    const text = await certificatePem()
    if (text === undefined) throw notFound('certificate')
    const headers = { 'Content-Disposition': 'attachment; filename="stuntmail.pem"' }
    return { kind: 'text', mediaType: 'application/x-pem-file', text, headers }
  },
})

export const getOpenApi = route({
  method: 'GET',
  path: '/api/openapi.json',
  summary: 'This description',
  tag,
  ...nothing,
  answers: { status: 200, text: 'OpenAPI 3.1', content: v.looseObject({ openapi: v.string() }) },
  async handle(services) {
    return { kind: 'json', body: await services.openApi() }
  },
})

export const getHealth = route({
  method: 'GET',
  path: '/healthz',
  summary: 'Whether the server can answer from its store; never asks for a password',
  tag,
  ...nothing,
  answers: { status: 200, text: 'It can', content: v.object({ status: v.literal('ok') }) },
  async handle({ store }) {
    await store.state()
    return { kind: 'json', body: { status: 'ok' } }
  },
})
