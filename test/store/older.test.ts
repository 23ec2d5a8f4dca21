import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { deliver, plainMessage } from '../support/messages.ts'

const driver = new URL('../../src/store/sqlite/driver.ts', import.meta.url).href
const makeOlder = `
  import { openDatabase } from '${driver}'
  const db = await openDatabase(process.argv[1] + '/store.db')
  db.exec('ALTER TABLE entry DROP COLUMN saved_at; DROP TABLE subscription; DROP TABLE furnished')
  db.close()
`

test('a store that was made before there were subscriptions opens as it is', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'stuntmail-test-'))
  const open = () => openSqliteStore({ directory, clock: systemClock, log: silentLog })
  try {
    const made = await open()
    await deliver(made, plainMessage('kept'))
    await made.close()
    // In a process of its own: libsql lets go of a file only when it is collected.
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', makeOlder, directory])
    const store = await open()
    const [inbox, sent] = await store.mailboxes('bob@example.com')
    assert.ok(inbox && sent)
    assert.deepEqual([inbox.messages, inbox.subscribed, sent.specialUse], [1, true, '\\Sent'])
    const { savedAt, internalDates } = await store.entries(inbox.id)
    assert.equal(savedAt[0], internalDates[0])
    assert.deepEqual(await store.copy(inbox.id, [1], sent.id), { from: [1], to: [1] })
    await store.assertConsistent()
    await store.close()
  } finally {
    await rm(directory, { recursive: true })
  }
})
