<?php
// Arguments: port, plain|login|starttls|tls. openssl.cafile names the certificate. Writes what it sent.
require '/usr/share/php/Symfony/Component/Mailer/autoload.php';

use Symfony\Component\Mailer\Transport;
use Symfony\Component\Mime\Email;

[, $port, $security] = $argv;
$scheme = $security === 'tls' ? 'smtps' : 'smtp';
$login = $security === 'plain' ? '' : 'user:password@';
$transport = Transport::fromDsn("$scheme://{$login}localhost:$port");
$email = (new Email())->from('a@example.com')->to('b@example.com')->subject('Grüße');
$sent = $transport->send($email->text("Hello\n.leading dot\nübung\n"));
// It sends one more line end after every message.
echo $sent->toString(), "\r\n";
