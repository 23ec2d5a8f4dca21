import { smtpClients } from './clients/smtp.ts'
import { testSending } from './clients/smtp-suite.ts'

await testSending(smtpClients)
