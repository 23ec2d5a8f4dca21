const terms: readonly (readonly [example: string, meaning: string])[] = [
  ['welcome back', 'both words, anywhere'],
  ['"welcome back"', 'these words next to each other'],
  ['wel*', 'words that begin so'],
  ['from:bob@example.com', 'this address, whole; also to: cc: bcc:'],
  ['rcpt:alice@example.com', 'recipient in the envelope; also sender:'],
  ['addressed:alice@example.com', 'any of to, cc, bcc, rcpt'],
  ['subject:invoice', 'words of the subject; also body: filename:'],
  ['header:X-Mailer=foo', 'a header field, and words in it'],
  ['message-id:1@example.com', 'the Message-ID'],
  ['type:image/*', 'media type of any part'],
  ['is:unread', 'also is:read is:flagged is:malformed'],
  ['has:attachment', 'also has:html'],
  ['larger:1mb', 'size; also smaller:'],
  ['newer:5m', 'age; also older:, and before: after: with a date'],
  ['tag:billing', 'also account: mailbox: user:'],
]

/** The query language in short. A click tries an example. */
export function SearchHelp({ onTry }: { onTry: (example: string) => void }) {
  return (
    <div class="search-help">
      <ul>
        {terms.map(([example, meaning]) => (
          <li key={example}>
            <button type="button" onClick={() => onTry(example)}>
              <code>{example}</code>
            </button>
            <span>{meaning}</span>
          </li>
        ))}
      </ul>
      <p>
        Terms side by side must all hold. Join them by <code>OR</code>, turn one around by <code>NOT</code> or{' '}
        <code>-</code>, group with <code>( )</code>.
      </p>
    </div>
  )
}
