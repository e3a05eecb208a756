import { runChild } from './child.ts'
import { compare, type Finding } from './finding.ts'

/** The default policy of this architecture lets Node work, and start nothing. */
export function* workload(): Iterable<Finding> {
  const { end, answer, stderr } = runChild('workload')
  const found = compare(
    'the default policy at work',
    { end, answer },
    {
      end: 0,
      answer: {
        state: 'installed',
        done: {
          files: '9 one,three',
          timers: 'done',
          http: 'hello',
          crypto: '16 ba7816bf',
          zlib: '5000',
          worker: '42',
        },
        refused: { spawnSync: 'EPERM', execFile: 'EPERM' },
      },
    },
  )
  if (found.problem === undefined) yield found
  else
    yield {
      ...found,
      problem: [found.problem, stderr, runChild('workload', 'trap').stderr].join('\n'),
    }
}
