/** Every route there is, in the order of the reference. What is not here is 404. */
import type { Route } from '../router.ts'
import * as message from './message.ts'
import * as messages from './messages.ts'
import { sendRaw } from './send.ts'
import { sendComposed } from './send-composed.ts'
import * as replays from './replays.ts'
import * as server from './server.ts'
import * as sessions from './sessions.ts'
import * as messageTemplate from './message-template.ts'
import * as templateMessages from './template-messages.ts'
import * as templates from './templates.ts'
import { waitForMessages } from './wait.ts'

export const routes: readonly Route[] = [
  messages.listMessages,
  sendRaw,
  sendComposed,
  messages.changeMessages,
  messages.deleteMessages,
  messages.searchMessages,
  waitForMessages,
  message.getMessage,
  messages.changeMessage,
  messages.deleteMessage,
  message.getRaw,
  message.getHtml,
  message.getText,
  message.getHeaders,
  message.getPart,
  message.getTranscript,
  messageTemplate.getTemplateOfMessage,
  messageTemplate.tieMessage,
  messageTemplate.untieMessage,
  templates.listTemplates,
  templates.getRendering,
  templates.getHtmlOfRendering,
  templates.renderData,
  templateMessages.getMessageOfRendering,
  templateMessages.deliverRendering,
  templateMessages.sendRendering,
  templates.getFixture,
  templates.putFixture,
  replays.listReplays,
  replays.beginReplay,
  replays.endReplay,
  sessions.listSessions,
  sessions.getSession,
  server.getState,
  server.getCertificate,
  server.getOpenApi,
  server.getHealth,
]
