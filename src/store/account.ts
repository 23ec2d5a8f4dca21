import { foldAddress } from '../mime/address.ts'

/** The account that has every message. */
export const everyone = 'all'

/** The account that a login names: an address is its own, any other login sees everything. */
export function accountOf(login: string): string {
  const address = foldAddress(login)
  return /^[^@]+@[^@]+$/.test(address) || /^".+"@[^@]+$/.test(address) ? address : everyone
}
