import type { Report } from './calls.ts'
import { gapOctets, type Examination } from './examination.ts'

export function report(examination: Examination): Report {
  const { directory, database, files, known, labelled, missing, changed, unknown } = examination
  const octets = files.reduce((sum, file) => sum + file.octets, 0)
  const rows: (readonly [string, string])[] = [
    ['database', databaseWords[database.kind]],
    ...database.faults.map((fault) => ['', fault] as const),
    ...(database.age === 'older' ? [['', 'a copy from before: something newer was in its place'] as const] : []),
    [
      'messages',
      `${count(known.size)} in the database, ${count(labelled.size)} in ${fileCount(files.length)} (${count(octets)} octets)`,
    ],
    ...(unknown.length > 0
      ? [['not known', `${count(unknown.length)} are in files, and the database does not know them`] as const]
      : []),
    ...(missing.length > 0
      ? [['lost', `${count(missing.length)} are in the database, and their octets are not there`] as const]
      : []),
    ...(changed.length > 0 ? [['damaged', `${count(changed.length)} are not as they were received`] as const] : []),
    ...(gapOctets(examination) > 0
      ? [
          [
            'unclear',
            `${count(gapOctets(examination))} octets that no message claims: a crash left them, or part of a file is damaged. They are left alone`,
          ] as const,
        ]
      : []),
  ]
  // A folder that was never used has nothing to be wrong.
  const unused = isUnused(examination)
  const canRebuild = !unused && (database.kind !== 'whole' || unknown.length > 0 || missing.length > 0)
  const healthy = !canRebuild && changed.length === 0 && database.age === 'current'
  const lines = rows.map(([name, text]) => `  ${name.padEnd(10)} ${text}`)
  return {
    healthy,
    canRebuild,
    text: [directory, '', ...lines, ''].join('\n'),
    advice: advice(examination, { healthy, canRebuild }),
  }
}

const databaseWords = {
  whole: 'whole',
  missing: 'store.db is missing',
  empty: 'store.db is empty',
  blank: 'store.db has no tables of Stuntmail',
  damaged: 'store.db is damaged',
} as const

const isUnused = ({ files, database, journal }: Examination): boolean =>
  files.length === 0 && journal.size === 0 && ['missing', 'empty', 'blank'].includes(database.kind)

function advice(examination: Examination, { healthy, canRebuild }: Pick<Report, 'healthy' | 'canRebuild'>): string {
  if (isUnused(examination)) return 'There are no messages here: the server starts with an empty store.'
  if (healthy) return 'Everything is as it should be.'
  if (!canRebuild) return 'The server works with it as it is.'
  return [
    'stuntmail doctor --rebuild makes store.db again from the messages. What cannot be read of their envelopes is taken',
    'from their header fields; deleted messages whose octets are still there come back; all files from before are kept.',
  ].join('\n')
}

const fileCount = (number: number): string => `${number} file${number === 1 ? '' : 's'} of octets`
const count = (number: number): string => number.toLocaleString('en')
