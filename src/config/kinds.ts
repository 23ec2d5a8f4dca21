/** The kinds of values that options have: how they are read from text and from a configuration file, and shown. */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { BadValue } from './config-error.ts'

export interface Kind<T> {
  /**
   * @param value text from a flag or the environment, several of them from a flag that may be given again; anything from a file.
   * @param folder relative paths begin here.
   * @throws BadValue
   */
  read(value: unknown, folder: string): T
  /** Short, for people. Secrets are left out. */
  show(value: T): string
  /** May be given more than once. */
  readonly repeatable: boolean
}

/** Where a listener listens. */
export interface ListenAddress {
  /** IP addresses or `localhost`, which is both loopback addresses; all on the same port. */
  readonly hosts: readonly string[]
  /** 0 for a free one. */
  readonly port: number
}

/**
 * Off is undefined. A port alone is for loopback, IPv4 and IPv6.
 * @param usualPort where a host stands alone.
 */
export function listenAddress(usualPort: number): Kind<ListenAddress | undefined> {
  return {
    repeatable: false,
    read(value) {
      const text = typeof value === 'number' ? String(value) : value
      if (text === 'off' || text === false) return undefined
      const given = typeof text === 'string' ? text.trim() : ''
      const parts =
        /^(?:(\[[^\]]*\]|[^:[\]]*):)?(\d{1,5})$/.exec(given) ?? /^(\[[^\]]*\]|\d+\.[\d.]+|localhost)$/i.exec(given)
      const [, host, portText = String(usualPort)] = parts ?? []
      const port = Number(portText)
      if (parts === null || port > 65_535) {
        throw new BadValue('a port from 0 to 65535 (0: any that is free), HOST:PORT, [IPv6]:PORT, HOST, or off')
      }
      return { hosts: [host === undefined ? 'localhost' : hostAddress(host)], port }
    },
    show: (value) => (value === undefined ? 'off' : value.hosts.map((host) => hostPort(host, value.port)).join(' ')),
  }
}

/** `HOST:PORT` as in a URL: IPv6 in brackets. */
export function hostPort(host: string, port: number): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

function hostAddress(host: string): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  const bracketed = bare !== host
  if (bare.toLowerCase() === 'localhost') return 'localhost'
  // A name could mean other addresses tomorrow, so that nobody could say whether it is loopback.
  if (isIP(bare) === 0 || bracketed !== (isIP(bare) === 6)) {
    throw new BadValue('localhost or an IP address as host, IPv6 in brackets: 127.0.0.1:1025, [::1]:1025')
  }
  return bare
}

const unitOctets: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['kib', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30],
])

/** A size in octets: `52428800`, `50MiB`, `1.5 GB`. */
export function octets(least: number, most: number): Kind<number> {
  return {
    repeatable: false,
    read(value) {
      const parts = /^(\d{1,15}(?:\.\d{1,6})?) ?([kmg]?i?b)?$/i.exec(String(value).trim())
      const size = Math.round(Number(parts?.[1]) * (unitOctets.get((parts?.[2] ?? '').toLowerCase()) ?? Number.NaN))
      if (!(size >= least && size <= most)) {
        throw new BadValue(`a size from ${showOctets(least)} to ${showOctets(most)}, such as 50MiB or 52428800`)
      }
      return size
    },
    show: showOctets,
  }
}

function showOctets(size: number): string {
  for (const [unit, octets] of [...unitOctets].slice(-3).reverse()) {
    if (size >= octets && size % octets === 0)
      return `${size / octets}${unit.replace(/^./, (k) => k.toUpperCase()).replace(/b$/, 'B')}`
  }
  return String(size)
}

/** A whole number. */
export function count(least: number, most: number): Kind<number> {
  return {
    repeatable: false,
    read(value) {
      const number = typeof value === 'string' && /^\d{1,15}$/.test(value.trim()) ? Number(value) : value
      if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) return number
      throw new BadValue(`a whole number from ${least} to ${most}`)
    },
    show: String,
  }
}

const switchWords: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...[true, 'true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...[false, 'false', 'no', 'off', '0'].map((word) => [word, false] as const),
])

export const onOff: Kind<boolean> = {
  repeatable: false,
  read(value) {
    const on = switchWords.get(typeof value === 'string' ? value.toLowerCase() : value)
    if (on === undefined) throw new BadValue('true or false')
    return on
  },
  show: (value) => (value ? 'yes' : 'no'),
}

/** A file or folder; absolute when read. */
export const path: Kind<string | undefined> = {
  repeatable: false,
  read(value, folder) {
    if (typeof value !== 'string' || value === '' || value.includes('\0')) throw new BadValue('a path')
    return resolve(folder, value)
  },
  show: (value) => value ?? 'none',
}

/** One of some words, in any case. */
export function choice<const Word extends string>(words: readonly Word[]): Kind<Word> {
  return {
    repeatable: false,
    read(value) {
      const word = words.find((each) => typeof value === 'string' && each.toLowerCase() === value.trim().toLowerCase())
      if (word === undefined) throw new BadValue(`one of ${words.join(', ')}`)
      return word
    },
    show: (value) => value,
  }
}

/** @param separator between several in one text. */
export function list<T>(item: Kind<T>, separator: ',' | '\n'): Kind<readonly T[]> {
  return {
    repeatable: true,
    read(value, folder) {
      const given: readonly unknown[] = Array.isArray(value) ? value : [value]
      return given
        .flatMap((each) =>
          typeof each === 'string' ? each.split(separator).filter((part) => part.trim() !== '') : [each],
        )
        .map((each) => item.read(each, folder))
    },
    show: (values) => (values.length === 0 ? 'none' : values.map((value) => item.show(value)).join(', ')),
  }
}

/** Some of a few words, `all` of them, or `none`; each at most once, in the order of `words`. */
export function someOf<const Word extends string>(words: readonly Word[]): Kind<readonly Word[]> {
  const item = list(choice([...words, 'all', 'none']), ',')
  return {
    repeatable: true,
    read(value, folder) {
      const given = item.read(value, folder)
      if (given.includes('none') && given.some((word) => word !== 'none')) {
        throw new BadValue(`none alone, or some of ${words.join(', ')}`)
      }
      return words.filter((word) => given.includes('all') || given.includes(word))
    },
    show: (values) => (values.length === 0 ? 'none' : values.join(', ')),
  }
}

export interface UserPassword {
  readonly user: string
  readonly password: string
}

/** `USER:PASSWORD`; the password may contain colons. */
export const userPassword: Kind<UserPassword> = {
  repeatable: false,
  read(value) {
    const colon = typeof value === 'string' ? value.indexOf(':') : -1
    if (typeof value !== 'string' || colon < 1 || colon === value.length - 1) {
      throw new BadValue('USER:PASSWORD, neither of them empty')
    }
    return { user: value.slice(0, colon), password: value.slice(colon + 1) }
  },
  show: ({ user }) => `${user}:…`,
}

/** `name` or `name:port`, as it stands in the Host field. RFC 9110 §7.2. */
export const hostName: Kind<string> = {
  repeatable: false,
  read(value) {
    const name = typeof value === 'string' ? value.trim().toLowerCase() : ''
    if (!/^(?:\[[0-9a-f:]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.test(name)) {
      throw new BadValue('a host name, with or without a port: mail.test or mail.test:8025')
    }
    return name
  },
  show: (name) => name,
}

/** A host name, also with `*.` before it, or an IP address without brackets. RFC 9525 §2.1. */
export const certificateName: Kind<string> = {
  repeatable: false,
  read(value) {
    const name = typeof value === 'string' ? value.trim().toLowerCase() : ''
    if (name.includes('%') || (isIP(name) === 0 && !/^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(name))) {
      throw new BadValue('a host name or an IP address: mail.test, *.mail.test, 192.0.2.1')
    }
    return isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name
  },
  show: (name) => name,
}

/** Path under which a proxy serves us: begins with a slash and ends without; empty for none. */
export const basePath: Kind<string> = {
  repeatable: false,
  read(value) {
    const text = typeof value === 'string' ? value.trim().replace(/\/$/, '') : undefined
    if (text === undefined || !/^(?:\/[A-Za-z0-9._~-]+)*$/.test(text) || /(?:^|\/)\.{1,2}(?:\/|$)/.test(text)) {
      throw new BadValue('a path such as /mail, of letters, digits and - . _ ~')
    }
    return text
  },
  show: (value) => (value === '' ? 'none' : value),
}

/** As it stands in the Origin field. RFC 6454 §6.2. */
export const origin: Kind<string> = {
  repeatable: false,
  read(value) {
    const text = typeof value === 'string' ? value.trim().replace(/\/$/, '') : ''
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.origin !== text.toLowerCase()) {
      throw new BadValue('an origin such as http://localhost:5173')
    }
    return url.origin
  },
  show: (value) => value,
}
