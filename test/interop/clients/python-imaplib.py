# Arguments: port, plain|tls, file of the certificate, user, password. Writes the first message.
import imaplib, ssl, sys

port, security, anchor, user, password = int(sys.argv[1]), *sys.argv[2:]
if security == 'tls':
    client = imaplib.IMAP4_SSL('localhost', port, ssl_context=ssl.create_default_context(cafile=anchor))
else:
    client = imaplib.IMAP4('localhost', port)
client.login(user, password)
client.select()
sys.stdout.buffer.write(client.fetch('1', '(RFC822)')[1][0][1])
client.logout()
