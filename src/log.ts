/**
 * What the folders need of a logger; pino's loggers fit as they are (`server.ts` makes one).
 * A leaf that any folder may import. No message content and no secret goes into a log line:
 * keys, counts, sizes, addresses of clients and error codes do.
 */
export interface Log {
  debug(fields: object, text: string): void
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}

/** Says nothing. The default in process, so that a test's output stays its own. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
