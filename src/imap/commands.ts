/** Every command there is. */
import type { Command } from './command.ts'
import { append } from './commands/append.ts'
import { authenticate } from './commands/authenticate.ts'
import { capability } from './commands/capability.ts'
import { check } from './commands/check.ts'
import { close } from './commands/close.ts'
import { compress } from './commands/compress.ts'
import { copy } from './commands/copy.ts'
import { create } from './commands/create.ts'
import { deleteMailbox } from './commands/delete.ts'
import { enable } from './commands/enable.ts'
import { expunge } from './commands/expunge.ts'
import { fetch } from './commands/fetch.ts'
import { id } from './commands/id.ts'
import { idle } from './commands/idle.ts'
import { list } from './commands/list.ts'
import { login } from './commands/login.ts'
import { logout } from './commands/logout.ts'
import { lsub } from './commands/lsub.ts'
import { move } from './commands/move.ts'
import { namespace } from './commands/namespace.ts'
import { noop } from './commands/noop.ts'
import { rename } from './commands/rename.ts'
import { search } from './commands/search.ts'
import { examine, select } from './commands/select.ts'
import { starttls } from './commands/starttls.ts'
import { status } from './commands/status.ts'
import { store } from './commands/store.ts'
import { subscribe } from './commands/subscribe.ts'
import { unauthenticate } from './commands/unauthenticate.ts'
import { unselect } from './commands/unselect.ts'
import { unsubscribe } from './commands/unsubscribe.ts'

const all: readonly Command[] = [
  ...[append, authenticate, capability, check, close, compress, copy, create, deleteMailbox, enable, examine, expunge],
  ...[
    fetch,
    id,
    idle,
    list,
    login,
    logout,
    lsub,
    move,
    namespace,
    noop,
    rename,
    search,
    select,
    starttls,
    status,
    store,
  ],
  ...[subscribe, unauthenticate, unselect, unsubscribe],
]

/** By name, in capitals. */
export const commands: ReadonlyMap<string, Command> = new Map(all.map((each) => [each.name, each]))
