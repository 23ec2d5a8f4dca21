import { answerWith } from '../../src/helper-thread.ts'

/** What the test of helpers asks. */
export interface Task {
  readonly do: 'count' | 'fail' | 'die'
  readonly octets: Uint8Array
}

answerWith((task: Task): number => {
  if (task.do === 'fail') throw new RangeError('no such octet')
  if (task.do === 'die') process.exit(3)
  return task.octets.length
})
