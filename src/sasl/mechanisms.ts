import { cramMd5 } from './cram-md5.ts'
import type { Mechanism } from './exchange.ts'
import { login } from './login.ts'
import type { Logins } from './logins.ts'
import { oauthBearer } from './oauthbearer.ts'
import { plain } from './plain.ts'
import { scramSha256 } from './scram-sha-256.ts'
import { xoauth2 } from './xoauth2.ts'

const all: readonly Mechanism[] = [plain, login, cramMd5, scramSha256, xoauth2, oauthBearer]

/** Those that can work for these logins. */
export function mechanismsFor(logins: Logins): readonly Mechanism[] {
  return all.filter(({ needsPassword }) => !needsPassword || logins.users.size > 0)
}
