/**
 * Whether a mailbox name matches a pattern of LIST: `*` stands for anything, `%` for anything within a level. RFC 9051
 * §6.3.9. Two pointers and the last place to go on from; no regular expression is made of input (IMAP-5).
 */
export function matchesListPattern(pattern: string, name: string): boolean {
  const wanted = /^inbox(?=$|\/)/i.test(pattern) ? 'INBOX' + pattern.slice(5) : pattern
  return matches(wanted, name) || (name === 'INBOX' && matches(wanted.toUpperCase(), name))
}

function matches(pattern: string, name: string): boolean {
  let p = 0
  let n = 0
  // Where to go on when what follows a `%` or `*` does not fit: one character further. A `*` forgets those before it.
  let percent = { pattern: -1, name: 0 }
  let star = { pattern: -1, name: 0 }
  for (;;) {
    const wanted = pattern[p]
    if (wanted === '*') {
      star = { pattern: ++p, name: n }
      percent = { pattern: -1, name: 0 }
    } else if (wanted === '%') {
      percent = { pattern: ++p, name: n }
    } else if (n < name.length ? wanted === name[n] : wanted === undefined) {
      if (wanted === undefined) return true
      p++
      n++
    } else if (percent.pattern >= 0 && percent.name < name.length && name[percent.name] !== '/') {
      p = percent.pattern
      n = ++percent.name
    } else if (star.pattern >= 0 && star.name < name.length) {
      p = star.pattern
      n = ++star.name
      percent = { pattern: -1, name: 0 }
    } else {
      return false
    }
  }
}
