// What an app does: it renders nothing here, and sends what the build made.
import { readFile } from 'node:fs/promises'
import { createTransport } from 'nodemailer'
import { nameTemplates } from 'stuntmail/nodemailer'

const transport = createTransport({ host: '127.0.0.1', port: 1025, ignoreTLS: true })
transport.use('compile', nameTemplates())
await transport.sendMail({
  from: 'Tea & Co <shop@example.com>',
  to: 'ann@example.com',
  subject: 'Welcome, as sent by the app',
  html: await readFile('build/emails/welcome.html', 'utf8'),
  stuntmail: { template: 'welcome', data: { name: 'Ann', shop: 'Tea & Co' } },
})
transport.close()
