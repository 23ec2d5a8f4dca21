<?php
// Argument: an .env file with MAILER_DSN. What Symfony's framework makes of it, and a message through it.
require '/usr/share/php/Symfony/Component/Mailer/autoload.php';

use Symfony\Component\Mailer\Mailer;
use Symfony\Component\Mailer\Transport;
use Symfony\Component\Mime\Email;

$settings = parse_ini_file($argv[1]);
$message = (new Email())->from('app@example.com')->to('alice@example.com')->subject('Hello')->text('Caught!');
(new Mailer(Transport::fromDsn($settings['MAILER_DSN'])))->send($message);
