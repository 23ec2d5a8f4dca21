# Arguments: port, plain|login|starttls|tls, file of the message. SSL_CERT_FILE names the certificate.
require 'net/smtp'

port, security, path = ARGV
smtp = Net::SMTP.new('localhost', port.to_i)
smtp.enable_tls if security == 'tls'
smtp.enable_starttls if security == 'starttls'
login = security == 'plain' ? {} : { user: 'user', secret: 'password' }
smtp.start(**login) { |open| open.send_message(File.binread(path), 'a@example.com', ['b@example.com']) }
