/** Where the octets of one message are, in a form that crosses threads. Octets are never changed in place. */
export type OctetSource =
  | { readonly kind: 'file'; readonly path: string; readonly offset: number; readonly octets: number }
  | { readonly kind: 'shared'; readonly buffer: SharedArrayBuffer; readonly offset: number; readonly octets: number }
