# Arguments: file with lines of config/environments/development.rb. Sends as Action Mailer does, by the gem `mail`.
require 'mail'
require 'ostruct'

config = OpenStruct.new(action_mailer: OpenStruct.new)
eval(File.read(ARGV[0]))
mail = Mail.new(from: 'app@example.com', to: 'alice@example.com', subject: 'Hello', body: 'Caught!')
mail.delivery_method(Mail::SMTP, config.action_mailer.smtp_settings) if config.action_mailer.delivery_method == :smtp
mail.deliver!
