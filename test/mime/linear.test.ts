import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertLinear } from './linear.ts'

/** Kept, so that no compiler leaves the work out. */
let kept = 0

/** From each beginning the end is looked for, which there is not: as a parser does that is not linear. */
function searched(size: number): void {
  const text = '<'.repeat(size)
  for (let at = 0; at < size; at++) kept += text.indexOf('>', at)
}

function nested(size: number): void {
  for (let at = 0; at < size; at++) for (let other = 0; other < size; other++) kept += at ^ other
}

function straight(size: number): void {
  for (let at = 0; at < size; at++) kept += at ^ size
}

test('MIME-5, MIME-7, control: the measure of linear time refuses quadratic work, and takes linear work', () => {
  assert.throws(() => assertLinear(searched, 8_000), /four times the size took /)
  assert.throws(() => assertLinear(nested, 2_000), /four times the size took /)
  assertLinear(straight, 8_000)
  assert.ok(Number.isFinite(kept))
})
