/** Every command there is. */
import type { Command } from './command.ts'
import { apop } from './commands/apop.ts'
import { auth } from './commands/auth.ts'
import { capa } from './commands/capa.ts'
import { dele } from './commands/dele.ts'
import { lang } from './commands/lang.ts'
import { list } from './commands/list.ts'
import { noop } from './commands/noop.ts'
import { pass } from './commands/pass.ts'
import { quit } from './commands/quit.ts'
import { retr } from './commands/retr.ts'
import { rset } from './commands/rset.ts'
import { stat } from './commands/stat.ts'
import { stls } from './commands/stls.ts'
import { top } from './commands/top.ts'
import { uidl } from './commands/uidl.ts'
import { user } from './commands/user.ts'
import { utf8 } from './commands/utf8.ts'

const all: readonly Command[] = [
  ...[apop, auth, capa, dele, lang, list, noop, pass, quit, retr, rset, stat, stls, top, uidl, user, utf8],
]

/** By name, in capitals. */
export const commands: ReadonlyMap<string, Command> = new Map(all.map((each) => [each.name, each]))
