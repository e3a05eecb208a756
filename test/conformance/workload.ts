import { runChild } from './child.ts'
import { compare, type Finding } from './finding.ts'

/** Checks that Node works under the default policy of this architecture, and can start no program. */
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
