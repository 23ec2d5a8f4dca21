import { jakartaMail } from './clients/jakarta-mail.ts'
import { testSending } from './clients/smtp-suite.ts'

await testSending([jakartaMail])
