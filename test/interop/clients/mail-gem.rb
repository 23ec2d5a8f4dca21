# Arguments: port, plain|starttls|tls, file of the certificate. Writes what it sent.
require 'mail'

port, security, anchor = ARGV
settings = { address: 'localhost', port: port.to_i }
if security != 'plain'
  settings.update(user_name: 'user', password: 'password', ca_file: anchor, openssl_verify_mode: 'peer')
  settings[security == 'tls' ? :tls : :enable_starttls] = true
end
message = Mail.new(from: 'a@example.com', to: 'b@example.com', subject: 'Grüße', body: "Hello\n.leading dot\nübung\n")
message.charset = 'UTF-8'
message.delivery_method(:smtp, settings)
message.deliver!
$stdout.binmode
print message.encoded
