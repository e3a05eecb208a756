import { runChild } from './child.ts'
import { compare, type Finding } from './finding.ts'

/** Checks TSYNC: the filter covers threads from before and after, whether they are Node's or not. */
export function* threads(): Iterable<Finding> {
  const { end, answer, stderr } = runChild('threads')
  yield compare(
    `the filter covers every thread${stderr && `: ${stderr}`}`,
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
