import { runChild } from './child.ts'
import { compare, type Finding } from './finding.ts'

/** TSYNC: the threads that were there before the filter, those that come after, Node's or not. */
export function* threads(): Iterable<Finding> {
  const { end, answer, stderr } = runChild('threads')
  yield compare(
    `the filter is over every thread${stderr && `: ${stderr}`}`,
    { end, answer },
    {
      end: 0,
      answer: {
        before: { pool: 'ENOENT', worker: 'ENOENT' },
        after: { main: 'EPERM', pool: 'EPERM', early: 'EPERM', late: 'EPERM', raw: 1 },
        threads: { many: true, asBefore: true, unsealed: 0 },
      },
    },
  )
}
