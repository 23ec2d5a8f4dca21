import assert from 'node:assert/strict'

/** Runs something, and asserts that it leaves what every object inherits as it is, then that a change would be seen. */
export async function assertPrototypeUnchanged(work: () => unknown): Promise<void> {
  const inherited = (): unknown => Object.getOwnPropertyDescriptors(Object.prototype)
  const before = inherited()
  await work()
  assert.deepEqual(inherited(), before)
  for (const name of ['polluted', 'toString']) {
    const own = Object.getOwnPropertyDescriptor(Object.prototype, name)
    Object.defineProperty(Object.prototype, name, { value: 'x', configurable: true, writable: true })
    try {
      assert.notDeepEqual(inherited(), before, `control: ${name}`)
    } finally {
      if (own === undefined) Reflect.deleteProperty(Object.prototype, name)
      else Object.defineProperty(Object.prototype, name, own)
    }
  }
  assert.deepEqual(inherited(), before)
}
