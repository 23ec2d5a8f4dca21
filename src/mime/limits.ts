import type { MimeLimits } from './tree.ts'

/** The ceilings that apply where a caller sets none. */
export const defaultLimits: MimeLimits = {
  depth: 100,
  parts: 10_000,
  headerOctets: 2 * 1024 * 1024,
  headerFields: 10_000,
  parameters: 200,
  addresses: 1_000,
}

/** Header octets and fields of all parts together, as a multiple of the ceiling for one header. */
export const headerShare = 8

/** Parameters of all fields of a message together, as a multiple of the ceiling for one field. */
export const parameterShare = 250
