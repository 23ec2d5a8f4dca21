import * as v from 'valibot'
import type { Tie } from '../../templates/captured.ts'
import { accountParameter, keyParameter } from '../parameters.ts'
import { HttpProblem, notFound } from '../problem.ts'
import { route } from '../router.ts'
import type { RouteServices } from '../services.ts'
import { dataSchema, fixtureParameter, localeParameter, templateParameter, tieSchema } from '../template-schemas.ts'
import { templateData } from '../template-wire.ts'
import type { WireTie } from '../wire-types.ts'

const path = '/api/messages/{key}/template'
const tag = 'Templates'
const params = { key: keyParameter }
const content = tieSchema

export const getTemplateOfMessage = route({
  method: 'GET',
  path,
  summary: 'The template that a message follows, and its own data; 404 where it follows none',
  tag,
  params,
  query: { account: accountParameter },
  answers: { status: 200, text: 'The template', content },
  async handle(services, { params, query }) {
    const tie = await tieFor(services, query.account, params.key)
    if (tie === undefined) throw notFound('template that this message follows')
    return { kind: 'json', body: wireTie(tie) }
  },
})

export const tieMessage = route({
  method: 'POST',
  path,
  summary: 'Let a message follow a template, whatever its header fields or the rules of the configuration say',
  tag,
  params,
  query: {},
  json: v.strictObject({
    template: templateParameter,
    fixture: fixtureParameter,
    locale: localeParameter,
    data: v.exactOptional(
      v.pipe(dataSchema, v.metadata({ description: 'Data of its own, in the place of a fixture' })),
    ),
  }),
  answers: { status: 200, text: 'The template as it is followed now', content },
  async handle(services, { params: { key }, body: { data, ...id } }) {
    const { templates } = services
    const catalogue = await templates?.catalogue()
    if (catalogue?.templates.every(({ name }) => name !== id.template)) {
      throw new HttpProblem(
        422,
        'No such template',
        `There is no template ${id.template}: GET /api/templates lists them.`,
      )
    }
    return said(services, key, { ...id, data: data && templateData(data) })
  },
})

export const untieMessage = route({
  method: 'DELETE',
  path,
  summary: 'Take back what POST said: the message follows what its header fields or the rules say',
  tag,
  params,
  query: {},
  answers: { status: 200, text: 'What it follows now; null where it is nothing', content: v.nullable(content) },
  handle: (services, { params: { key } }) => said(services, key, undefined),
})

async function said(services: RouteServices, key: string, tie: Parameters<RouteServices['ties']['say']>[1]) {
  if (!(await services.ties.say(key, tie))) throw notFound('message')
  services.templates?.messageTied(key)
  const now = await tieFor(services, 'all', key)
  return { kind: 'json', body: now === undefined ? null : wireTie(now) } as const
}

async function tieFor(
  { store, contents, ties }: RouteServices,
  account: string,
  key: string,
): Promise<Tie | undefined> {
  const message = await store.get(account, key)
  if (message === undefined) throw notFound('message')
  return contents.open(key, (open) => ties.of(message, open))
}

function wireTie({ template, fixture, locale, by, data, problem }: Tie): WireTie {
  return { template, fixture, locale, by, data: data ?? null, problem: problem ?? null }
}
