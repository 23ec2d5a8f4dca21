# Arguments: port, plain|login|starttls|tls, file of the certificate, file of the message.
import smtplib, ssl, sys

port, security, anchor, path = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
context = ssl.create_default_context(cafile=anchor)
if security == 'tls':
    client = smtplib.SMTP_SSL('localhost', port, context=context)
else:
    client = smtplib.SMTP('localhost', port)
if security == 'starttls':
    client.starttls(context=context)
if security != 'plain':
    client.login('user', 'password')
client.sendmail('a@example.com', ['b@example.com'], open(path, 'rb').read())
client.quit()
