/**
 * `stuntmail/nodemailer`: messages say which template they are of, so that Stuntmail renders them again when it is saved.
 *
 *     transport.use('compile', nameTemplates())
 *     await transport.sendMail({ …, stuntmail: { template: 'users/welcome', data: { name: 'Ann' } } })
 *
 * The fields are those that `templates/captured.ts` reads. Nodemailer itself is not needed here.
 */

/** What a message is made of. */
export interface TemplateTie {
  /** Name of the template: its path under the folder, without its extension. */
  readonly template: string
  /** What it was rendered with; goes through JSON. */
  readonly data?: object
  /** One of the template's own fixtures, instead of data. */
  readonly fixture?: string
  readonly locale?: string
}

export interface NameTemplatesOptions {
  /** Default: unless `NODE_ENV` is `production`. Switched off, nothing is added. */
  readonly enabled?: boolean
}

/** As much of nodemailer's MailMessage as is used. */
interface OutgoingMail {
  readonly data: { headers?: unknown; stuntmail?: TemplateTie }
}

/** Octets of JSON, most: more would be cut by servers, or refused. What is larger is left out. */
const maxDataOctets = 500_000

/**
 * A plugin for nodemailer's step `compile`. It takes `stuntmail` of each message; sending never fails for it: data that
 * JSON cannot say, or too much of it, is left out, and the template is named all the same.
 */
export function nameTemplates({ enabled = !isProduction() }: NameTemplatesOptions = {}) {
  return ({ data: mail }: OutgoingMail, done: (error?: Error | null) => void): void => {
    if (enabled && mail.stuntmail !== undefined) mail.headers = withFields(mail.headers, fieldsOf(mail.stuntmail))
    done()
  }
}

function isProduction(): boolean {
  // eslint-disable-next-line no-restricted-syntax -- it is the app's environment that is asked, not the server's
  return process.env['NODE_ENV'] === 'production'
}

/** By name. Values have spaces where they may be folded. */
function fieldsOf({ template, data, fixture, locale }: TemplateTie): Record<string, string> {
  const value = data === undefined ? undefined : encoded(data)
  return {
    'X-Stuntmail-Template': template,
    ...(value === undefined ? {} : { 'X-Stuntmail-Data': value }),
    ...(fixture === undefined ? {} : { 'X-Stuntmail-Fixture': fixture }),
    ...(locale === undefined ? {} : { 'X-Stuntmail-Locale': locale }),
  }
}

/** Nodemailer takes an object, or a list of keys and values. */
function withFields(headers: unknown, fields: Record<string, string>): unknown {
  if (!Array.isArray(headers)) return { ...(headers as object | undefined), ...fields }
  return [...(headers as unknown[]), ...Object.entries(fields).map(([key, value]) => ({ key, value }))]
}

function encoded(data: object): string | undefined {
  const json = jsonOf(data)
  if (json === undefined || Buffer.byteLength(json) > maxDataOctets) return undefined
  return Buffer.from(json)
    .toString('base64url')
    .replace(/.{60}(?=.)/g, '$& ')
}

function jsonOf(data: object): string | undefined {
  try {
    return JSON.stringify(data)
  } catch {
    return undefined
  }
}
