# Arguments: port, plain|tls, file of the certificate, user, password. Writes the first message.
import poplib, ssl, sys

port, security, anchor, user, password = int(sys.argv[1]), *sys.argv[2:]
if security == 'tls':
    client = poplib.POP3_SSL('localhost', port, context=ssl.create_default_context(cafile=anchor))
else:
    client = poplib.POP3('localhost', port)
client.user(user)
client.pass_(password)
for line in client.retr(1)[1]:
    sys.stdout.buffer.write(line + b'\r\n')
client.quit()
