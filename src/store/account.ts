import { foldAddress } from '../mime/address.ts'

/** The account that has every message. */
export const everyone = 'all'

/**
 * The account that a login names: an address is its own, any other login sees everything. Control characters stand in no
 * address; a NUL would end the name where it is kept.
 */
export function accountOf(login: string): string {
  const address = foldAddress(login)
  if (/\p{Cc}/u.test(address)) return everyone
  return /^[^@]+@[^@]+$/.test(address) || /^".+"@[^@]+$/.test(address) ? address : everyone
}
