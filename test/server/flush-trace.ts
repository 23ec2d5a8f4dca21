/** Reads what `strace -f -y` wrote of a server, and says which replies came before what they promise was on the disk. */

/** What the trace has to hold. `UV_USE_IO_URING=0` keeps libuv from calls that no tracer sees. */
export const traced =
  'read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,pwritev,pwritev2,fsync,fdatasync'

interface Call {
  readonly name: string
  /** What the descriptor leads to: a path, or `socket:[…]`. */
  readonly path: string
  /** Its arguments as printed, with the beginning of what was read or written. */
  readonly text: string
  readonly result: number
  /** Lines of the trace: where it was called, and where it returned. */
  readonly start: number
  readonly end: number
}

interface Reply extends Call {
  /** The mark of the message that it answers. */
  readonly mark: string
  /** Where the last octets of the message had been read. */
  readonly readAt: number
}

export interface FlushReport {
  /** Replies that acknowledge a message. */
  readonly replies: number
  /** In words, one for each reply that came too early; empty when none did. */
  readonly faults: readonly string[]
}

/**
 * Every `250 2.0.0 Stored as` has to come after: all octets of the message read; written to a segment; the segment
 * flushed; its record written to the journal; the journal flushed. A message is known by `Subject: mark-…` in its first
 * line, so that a flush that was shared counts for those that it covers, and for no other.
 */
export function checkFlushes(trace: string): FlushReport {
  const calls = callsOf(trace)
  const replies = repliesOf(calls)
  return { replies: replies.length, faults: replies.flatMap((reply) => faultOf(reply, calls) ?? []) }
}

function faultOf({ mark, readAt, start }: Reply, calls: readonly Call[]): string | undefined {
  const before = calls.filter((call) => call.end < start && call.result >= 0)
  const written = before.filter(({ path, name }) => path.includes('/octets/') && name.startsWith('pwrite'))
  const first = written.find(({ text }) => text.includes(`"Subject: ${mark}\\r\\n`))
  if (!first) return `${mark}: was not written`
  // A large message has a file of its own until it is whole.
  const own = first.path.endsWith('.partial')
  const last = own ? written.findLast(({ path }) => path === first.path) : first
  const writtenAt = last?.end ?? first.end
  const segment = flushAfter(before, first.path, writtenAt)
  if (!segment || segment.end < readAt) return `${mark}: its octets were not flushed`
  if (!flushAfter(before, folderOf(first.path), own ? segment.end : 0))
    return `${mark}: its file's name was not flushed`
  const record = before.find(
    ({ path, name, start }) => isJournal(path) && name.startsWith('pwrite') && start > writtenAt,
  )
  if (!record) return `${mark}: its record was not written`
  return flushAfter(before, record.path, record.end) ? undefined : `${mark}: its record was not flushed`
}

const isJournal = (path: string): boolean => path.endsWith('/journal')

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))

function flushAfter(calls: readonly Call[], path: string, line: number): Call | undefined {
  return calls.find((call) => isFlush(call.name) && call.path === path && call.start > line && call.result === 0)
}

const isFlush = (name: string): boolean => name === 'fsync' || name === 'fdatasync'

/** Replies that acknowledge, each with the message that its connection had sent last. */
function repliesOf(calls: readonly Call[]): readonly Reply[] {
  const connections = new Map<string, { mark: string; readAt: number }>()
  const replies: Reply[] = []
  for (const call of calls.filter(({ path }) => path.startsWith('socket:'))) {
    if (/^(?:read|recv)/.test(call.name) && call.result > 0) {
      const known = connections.get(call.path)
      const mark = /"Subject: (mark-\w+)\\r\\n/.exec(call.text)?.[1] ?? known?.mark ?? ''
      connections.set(call.path, { mark, readAt: call.end })
    } else if (call.text.includes('"250 2.0.0 Stored as ')) {
      replies.push({ ...call, mark: '(unknown)', readAt: 0, ...connections.get(call.path) })
    }
  }
  return replies
}

/** Those that matter, in the order of their beginning. A call that another thread interrupts stands in two lines. */
function callsOf(trace: string): readonly Call[] {
  const calls: Call[] = []
  const open = new Map<string, Omit<Call, 'result' | 'end'>>()
  for (const [line, text] of trace.split('\n').entries()) {
    const [, thread = '', what = ''] = /^(\d+) +(.*)$/.exec(text) ?? []
    const resumed = what.startsWith('<... ')
    const begun = resumed ? open.get(thread) : beginning(what, line)
    if (resumed) open.delete(thread)
    if (!begun) continue
    if (what.endsWith('<unfinished ...>')) open.set(thread, begun)
    else calls.push({ ...begun, ...(resumed && { text: begun.text + what }), result: resultOf(what), end: line })
  }
  return calls.sort((one, other) => one.start - other.start)
}

/** `pwrite64(46</data/octets/000000000001>, "Subject: …"..., 118, 0) = 118`. */
function beginning(what: string, line: number): Omit<Call, 'result' | 'end'> | undefined {
  const [, name, path, text] = /^(\w+)\(\d+<([^>]*)>(.*)$/.exec(what) ?? []
  if (name === undefined || path === undefined || text === undefined) return undefined
  const matters = path.startsWith('socket:') || path.includes('/octets') || isJournal(path)
  return matters ? { name, path, text, start: line } : undefined
}

/** -1 where it failed, or never returned. */
function resultOf(what: string): number {
  const at = what.lastIndexOf(') ')
  const [, result = '-1'] = /^\)\s+= (-?\d+)/.exec(what.slice(at)) ?? []
  return Number(result)
}
