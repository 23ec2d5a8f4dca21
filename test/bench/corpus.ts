/** Synthetic mail that resembles the real: a skewed vocabulary of 30,000 words, text and HTML, about 5 kB. */
const syllables =
  'ba be bi bo bu da de di do du ka ke ki ko ku la le li lo lu ma me mi mo mu na ne ni no nu ra re ri ro ru sa se si so su ta te ti to tu'.split(
    ' ',
  )

/** The word of a rank, always the same. */
export function word(rank: number): string {
  let text = ''
  for (let rest = rank + 50; rest > 0; rest = Math.floor(rest / syllables.length))
    text += syllables[rest % syllables.length] ?? ''
  return text
}

/** Numbers in [0, 1), always the same for a seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** One multipart/alternative message of about `octets`, about 30 % of it text; word `needle<index>` once. */
export function textMessage(index: number, octets: number): string {
  const next = random(index)
  const words = (count: number): string =>
    Array.from({ length: count }, () => word(Math.floor(30_000 * next() ** 3)))
      .join(' ')
      .replace(/(.{60,75}) /g, '$1\r\n')
  const text = words(Math.round(octets / 24))
  const html = `<html><head><style>td { padding: 4px }</style></head><body><table><tr><td>\r\n${text}\r\n</td></tr></table></body></html>`
  const filler = `<!-- ${'x'.repeat(70)} -->\r\n`.repeat(Math.max(0, Math.floor((octets - 2 * text.length - 900) / 80)))
  return [
    `From: Sender ${index % 50} <sender${index % 50}@example.com>`,
    `To: User ${index % 1000} <user${index % 1000}@example.com>`,
    `Subject: ${words(5)} needle${index}`,
    `Message-ID: <${index}.bench@example.com>`,
    'Date: Mon, 23 Nov 2026 10:00:00 +0000',
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="b${index}"`,
    '',
    `--b${index}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
    `--b${index}`,
    'Content-Type: text/html; charset=utf-8',
    '',
    `${html}${filler}`,
    `--b${index}--`,
    '',
  ].join('\r\n')
}
