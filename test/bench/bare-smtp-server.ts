import { SMTPServer } from 'smtp-server'

/** The engine alone, each message thrown away: what there is to reach. */
new SMTPServer({
  disabledCommands: ['STARTTLS', 'AUTH'],
  disableReverseLookup: true,
  logger: false,
  onData(stream, _session, done) {
    stream.on('data', () => undefined)
    stream.on('end', () => done())
  },
}).listen(Number(process.argv[2]), '127.0.0.1')
