# Arguments: port, plain|login|starttls|tls, file of the certificate, file of the message.
use strict;
use warnings;
use Net::SMTP;

my ($port, $security, $anchor, $path) = @ARGV;
my @tls = (SSL_ca_file => $anchor);
my @how = $security eq 'tls' ? (SSL => 1, @tls) : ();
my $smtp = Net::SMTP->new('localhost', Port => $port, @how) or die "no connection: $@";
if ($security eq 'starttls') { $smtp->starttls(@tls) or die $smtp->message }
if ($security ne 'plain') { $smtp->auth('user', 'password') or die $smtp->message }
open(my $file, '<:raw', $path) or die $!;
my @lines = <$file>;
$smtp->mail('a@example.com') && $smtp->to('b@example.com') && $smtp->data(@lines) or die $smtp->message;
$smtp->quit;
