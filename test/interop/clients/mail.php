<?php
// The program that mail() hands its message to is named by sendmail_path.
$fields = ['From' => 'a@example.com', 'Date' => 'Mon, 30 Nov 2026 10:00:00 +0000', 'Message-ID' => '<1@example.com>'];
exit(mail('b@example.com', 'interop', "Hello\r\n.leading dot\r\nübung\r\n", $fields) ? 0 : 1);
