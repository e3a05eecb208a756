import { expect } from 'chai'
import {
  type CapabilitiesOutcome,
  capabilitiesLine,
  HINTS,
  type LandlockOutcome,
  landlockLine,
} from '../../lib/sandbox/outcome.ts'

const PARTIAL = {
  state: 'partial',
  reason: 'threads that did not answer: 7, 9',
  tids: [7, 9],
} as const
const FAILED = {
  state: 'failed',
  code: 'PRETENDED',
  reason: 'it lies',
  hint: HINTS.PRETENDED,
} as const
const FAILURE = { error: { code: 'PRETENDED', message: 'it lies' }, hint: HINTS.PRETENDED }
const SOME = { error: { code: 'PARTIAL', message: PARTIAL.reason }, threads: [7, 9] }

type Row<T> = readonly [outcome: T, line: string, fields?: object]

const LANDLOCK: readonly Row<LandlockOutcome>[] = [
  [{ state: 'disabled' }, 'info: Landlock is disabled by configuration'],
  [{ state: 'not-linux' }, 'debug: Landlock exists on Linux only'],
  [{ state: 'unavailable', reason: 'none' }, 'warn: Landlock is not available', { reason: 'none' }],
  [
    { state: 'given-up', who: ['beat one', 'beat two'] },
    'warn: Landlock is off: beat one, beat two looks inside other processes',
  ],
  [PARTIAL, 'error: Landlock domain was not entered by every thread', SOME],
  [FAILED, 'error: Landlock domain could not be entered', FAILURE],
  [
    { state: 'entered', abi: 7, threads: 11, lacking: [] },
    'info: Landlock domain entered',
    { landlock: { abi: 7, threads: 11, lacking: [] } },
  ],
  [
    { state: 'entered', abi: 5, threads: 11, lacking: ['signals', 'sockets'] },
    "info: Landlock domain entered; this kernel can't refuse signals, sockets",
    { landlock: { abi: 5, threads: 11, lacking: ['signals', 'sockets'] } },
  ],
  [
    { state: 'unproven', abi: 7, threads: 11, lacking: [] },
    'warn: Landlock domain entered, but nothing can prove it',
    {
      landlock: { abi: 7, threads: 11, lacking: [] },
      hint: 'an outer domain, or a read-only /proc, refuses what would prove it',
    },
  ],
]

const CAPABILITIES: readonly Row<CapabilitiesOutcome>[] = [
  [{ state: 'kept' }, 'info: Capabilities are kept by configuration'],
  [{ state: 'not-linux' }, 'debug: Capabilities exist on Linux only'],
  [PARTIAL, 'error: Capabilities were not dropped by every thread', SOME],
  [FAILED, 'error: Capabilities could not be dropped', FAILURE],
  [
    { state: 'dropped', threads: 11, kept: ['CAP_NET_RAW'] },
    'info: Capabilities dropped',
    { capabilities: { threads: 11, kept: ['CAP_NET_RAW'] } },
  ],
]

describe('sandbox: the line of an outcome', () => {
  for (const [outcome, expected, fields = {}] of LANDLOCK) {
    it(expected, () => expectLine(landlockLine(outcome), expected, fields))
  }
  for (const [outcome, expected, fields = {}] of CAPABILITIES) {
    it(expected, () => expectLine(capabilitiesLine(outcome), expected, fields))
  }

  function expectLine(line: ReturnType<typeof landlockLine>, expected: string, fields: object) {
    expect(`${line.level}: ${line.message}`).to.equal(expected)
    expect(line.fields).to.deep.equal(fields)
  }
})
