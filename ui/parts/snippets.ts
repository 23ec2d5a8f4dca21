/** Ways of sending that the page shows how to use. */
export type SnippetName = 'nodemailer' | 'swaks' | 'curl' | 'rails' | 'django' | 'laravel' | 'spring'

interface Snippet {
  readonly name: SnippetName
  readonly label: string
  readonly text: string
}

/** What to write where so that mail comes here. */
export function snippets(host: string, port: number): readonly Snippet[] {
  return [
    {
      name: 'nodemailer',
      label: 'Nodemailer',
      text: `import { createTransport } from 'nodemailer'

const transport = createTransport({ host: '${host}', port: ${port}, secure: false })
await transport.sendMail({
  from: 'app@example.com',
  to: 'alice@example.com',
  subject: 'Hello',
  text: 'Caught!',
})`,
    },
    {
      name: 'swaks',
      label: 'swaks',
      text: `swaks --server ${host}:${port} --from app@example.com --to alice@example.com --header 'Subject: Hello'`,
    },
    {
      name: 'curl',
      label: 'curl',
      text: `printf 'Subject: Hello\\r\\n\\r\\nCaught!\\r\\n' |
  curl smtp://${host}:${port} --mail-from app@example.com --mail-rcpt alice@example.com --upload-file -`,
    },
    {
      name: 'rails',
      label: 'Rails',
      text: `# config/environments/development.rb
config.action_mailer.delivery_method = :smtp
config.action_mailer.smtp_settings = { address: '${host}', port: ${port} }`,
    },
    {
      name: 'django',
      label: 'Django',
      text: `# settings.py
EMAIL_BACKEND = 'django.core.mail.backends.smtp.EmailBackend'
EMAIL_HOST = '${host}'
EMAIL_PORT = ${port}`,
    },
    {
      name: 'laravel',
      label: 'Laravel',
      text: `# .env
MAIL_MAILER=smtp
MAIL_HOST=${host}
MAIL_PORT=${port}
MAIL_ENCRYPTION=null`,
    },
    {
      name: 'spring',
      label: 'Spring',
      text: `# application.properties
spring.mail.host=${host}
spring.mail.port=${port}`,
    },
  ]
}
