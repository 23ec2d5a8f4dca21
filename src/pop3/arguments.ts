import { Pop3Refusal } from './error.ts'

/** Of commands without arguments. */
export function noArgument(argument: string): undefined {
  if (argument !== '') throw new Pop3Refusal('This command takes no argument')
  return undefined
}

/** A message number. RFC 1939 §3. */
export function messageNumber(argument: string): number {
  if (!/^[1-9]\d{0,9}$/.test(argument)) throw new Pop3Refusal('A message number is expected')
  return Number(argument)
}

/** A message number, or nothing. */
export function optionalNumber(argument: string): number | undefined {
  return argument === '' ? undefined : messageNumber(argument)
}
