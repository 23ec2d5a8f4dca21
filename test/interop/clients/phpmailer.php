<?php
// Arguments: port, plain|login|starttls|tls. openssl.cafile names the certificate. Writes what it sent.
require '/usr/share/php/libphp-phpmailer/autoload.php';

[, $port, $security] = $argv;
$mail = new PHPMailer\PHPMailer\PHPMailer(true);
$mail->isSMTP();
$mail->Host = 'localhost';
$mail->Port = (int) $port;
if ($security === 'tls') $mail->SMTPSecure = 'ssl';
if ($security === 'starttls') $mail->SMTPSecure = 'tls';
if ($security !== 'plain') {
    $mail->SMTPAuth = true;
    $mail->Username = 'user';
    $mail->Password = 'password';
}
$mail->CharSet = 'UTF-8';
$mail->setFrom('a@example.com');
$mail->addAddress('b@example.com');
$mail->Subject = 'Grüße';
$mail->Body = "Hello\n.leading dot\nübung\n";
$mail->send();
// It sends one more line end after a message that has one.
echo $mail->getSentMIMEMessage(), "\r\n";
