import type { WireMessage } from '../../src/http/wire-types.ts'
import { getText, messageUrl } from '../api.ts'

/** What people read of a message. */
export interface MessageText {
  readonly subject: string
  readonly html: string
  readonly text: string
}

export async function loadText({ key, subject, hasHtml, hasText }: WireMessage): Promise<MessageText> {
  const [html, text] = await Promise.all([
    hasHtml ? getText(messageUrl(key, '/html')) : '',
    hasText ? getText(messageUrl(key, '/text')) : '',
  ])
  return { subject, html, text }
}
