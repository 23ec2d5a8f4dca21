/** Options that cannot be used. The text says what is wrong, where it was given and what to do; it is shown as it is. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  /** `usage`: it cannot be understood; `refused`: it is understood, and not done because it is dangerous. */
  readonly kind: 'usage' | 'refused'

  constructor(kind: ConfigError['kind'], text: string, options?: ErrorOptions) {
    super(text, options)
    this.kind = kind
  }
}

/** A value that its kind does not take. Says what would do; `resolve.ts` adds where it was given. */
export class BadValue extends Error {
  override readonly name = 'BadValue'
}
