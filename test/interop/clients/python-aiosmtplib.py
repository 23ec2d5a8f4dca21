# Arguments: port, plain|login|starttls|tls, file of the certificate, file of the message.
import aiosmtplib, asyncio, sys

port, security, anchor, path = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
options = {}
if security != 'plain':
    options = {'username': 'user', 'password': 'password'}
if security in ('starttls', 'tls'):
    options['cert_bundle'] = anchor
    options['use_tls' if security == 'tls' else 'start_tls'] = True
message = open(path, 'rb').read()
asyncio.run(
    aiosmtplib.send(
        message, sender='a@example.com', recipients=['b@example.com'], hostname='localhost', port=port, **options
    )
)
