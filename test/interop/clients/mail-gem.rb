# Arguments: port, plain|login|starttls|tls, file of the certificate. Writes what it sent.
require 'mail'

port, security, anchor = ARGV
settings = { address: 'localhost', port: port.to_i }
settings.update(user_name: 'user', password: 'password') if security != 'plain'
settings.update(ca_file: anchor, openssl_verify_mode: 'peer') if %w[starttls tls].include?(security)
settings[:tls] = true if security == 'tls'
settings[:enable_starttls] = true if security == 'starttls'
message = Mail.new(from: 'a@example.com', to: 'b@example.com', subject: 'Grüße', body: "Hello\n.leading dot\nübung\n")
message.charset = 'UTF-8'
message.delivery_method(:smtp, settings)
message.deliver!
$stdout.binmode
print message.encoded
