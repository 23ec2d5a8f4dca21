import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatDateTime, parseDate, parseDateTime } from '../../src/imap/date-time.ts'
import { fc } from '../support/properties.ts'

const times: readonly [text: string, iso: string][] = [
  ['17-Jul-1996 02:44:25 -0700', '1996-07-17T09:44:25.000Z'],
  [' 1-Jan-2026 00:00:00 +0000', '2026-01-01T00:00:00.000Z'],
  ['01-Jan-2026 00:00:00 +0000', '2026-01-01T00:00:00.000Z'],
  ['1-jan-2026 00:00:00 +0000', '2026-01-01T00:00:00.000Z'],
  [' 1-JAN-2026 05:29:59 +0530', '2025-12-31T23:59:59.000Z'],
  ['29-Feb-2024 23:59:60 +0000', '2024-03-01T00:00:00.000Z'],
  ['31-Dec-0050 12:00:00 -0001', '0050-12-31T12:01:00.000Z'],
]
const noTimes = [
  '',
  '17-Jul-1996',
  '17-Jul-1996 02:44:25',
  '17-Jul-1996 02:44 +0000',
  '17-Jul-96 02:44:25 +0000',
  '29-Feb-2025 00:00:00 +0000',
  '0-Jan-2026 00:00:00 +0000',
  '32-Jan-2026 00:00:00 +0000',
  '  1-Jan-2026 00:00:00 +0000',
  '17-Jux-1996 02:44:25 +0000',
  '17-Jul-1996 24:00:00 +0000',
  '17-Jul-1996 00:60:00 +0000',
  '17-Jul-1996 00:00:61 +0000',
  '17-Jul-1996 00:00:00 0000',
  '17-Jul-1996 00:00:00 +2400',
  '17-Jul-1996 00:00:00 +0060',
  '17-Jul-1996 00:00:00 GMT',
  '17-Jul-1996 00:00:00 +0000 ',
  '"17-Jul-1996 00:00:00 +0000"',
]

describe('date-time', () => {
  for (const [text, iso] of times) {
    it(text, () => assert.equal(parseDateTime(text), Date.parse(iso.replace(/^00/, '+0000'))))
  }
  for (const text of noTimes) {
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseDateTime(text), undefined))
  }
  it('is written with two places for the day', () => {
    assert.equal(formatDateTime(Date.UTC(2026, 0, 1)), ' 1-Jan-2026 00:00:00 +0000')
    assert.equal(formatDateTime(Date.UTC(1996, 6, 17, 9, 44, 25, 999)), '17-Jul-1996 09:44:25 +0000')
  })
  it('comes back, to the second', () => {
    const date = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(date, (at) => {
        const text = formatDateTime(at.getTime())
        assert.equal(text.length, 26)
        assert.equal(parseDateTime(text), Math.floor(at.getTime() / 1000) * 1000)
      }),
    )
  })
})

describe('date', () => {
  it('is the start of the day', () => {
    for (const text of ['1-Feb-1994', '01-Feb-1994', '1-FEB-1994']) {
      assert.equal(parseDate(text), Date.UTC(1994, 1, 1), text)
    }
  })
  for (const text of [
    '',
    '1-Feb',
    '1-Feb-94',
    ' 1-Feb-1994',
    '30-Feb-1994',
    '001-Feb-1994',
    '1 Feb 1994',
    '1-Feb-1994 ',
  ]) {
    it(`${JSON.stringify(text)} is none`, () => assert.equal(parseDate(text), undefined))
  }
})
