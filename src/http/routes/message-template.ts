import { capturedDataOf } from '../captured-data.ts'
import { accountParameter, keyParameter } from '../parameters.ts'
import { notFound } from '../problem.ts'
import { route } from '../router.ts'
import { tieSchema } from '../template-schemas.ts'
import type { WireTie } from '../wire-types.ts'

export const getTemplateOfMessage = route({
  method: 'GET',
  path: '/api/messages/{key}/template',
  summary: 'The template that a message names, and its own data; 404 where it names none',
  tag: 'Templates',
  params: { key: keyParameter },
  query: { account: accountParameter },
  answers: { status: 200, text: 'The template', content: tieSchema },
  async handle({ store, contents }, { params, query }) {
    if ((await store.get(query.account, params.key)) === undefined) throw notFound('message')
    const tie = await capturedDataOf(contents, params.key)
    if (tie === undefined) throw notFound('template that this message names')
    const { template, fixture, locale, data = null, problem = null } = tie
    const body: WireTie = { template, fixture, locale, data, problem }
    return { kind: 'json', body }
  },
})
