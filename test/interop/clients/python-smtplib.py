# Arguments: port, plain|starttls|tls, file of the certificate, file of the message.
import smtplib, ssl, sys

port, security, anchor, path = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
if security == 'plain':
    client = smtplib.SMTP('localhost', port)
else:
    context = ssl.create_default_context(cafile=anchor)
    if security == 'tls':
        client = smtplib.SMTP_SSL('localhost', port, context=context)
    else:
        client = smtplib.SMTP('localhost', port)
        client.starttls(context=context)
    client.login('user', 'password')
client.sendmail('a@example.com', ['b@example.com'], open(path, 'rb').read())
client.quit()
