<?php
// Arguments: .env. Sends as Laravel's MailManager does, by Symfony Mailer.
require '/usr/share/php/Symfony/Component/Mailer/autoload.php';

use Symfony\Component\Mailer\Transport\Dsn;
use Symfony\Component\Mailer\Transport\Smtp\EsmtpTransportFactory;
use Symfony\Component\Mime\Email;

$env = parse_ini_file($argv[1], false, INI_SCANNER_TYPED);
if ($env['MAIL_MAILER'] !== 'smtp') exit(1);
$encryption = $env['MAIL_ENCRYPTION'] ?? null;
$scheme = $encryption === 'tls' ? ($env['MAIL_PORT'] === 465 ? 'smtps' : 'smtp') : '';
$dsn = new Dsn($scheme, $env['MAIL_HOST'], $env['MAIL_USERNAME'] ?? null, $env['MAIL_PASSWORD'] ?? null, $env['MAIL_PORT']);
$email = (new Email())->from('app@example.com')->to('alice@example.com')->subject('Hello')->text('Caught!');
(new EsmtpTransportFactory())->create($dsn)->send($email);
