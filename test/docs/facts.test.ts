import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { metricsBetween } from '../../lib/agent/metrics-log.ts'
import { EXIT } from '../../lib/agent/process/exit.ts'
import { helpOf } from '../../lib/cli/help/help.ts'
import { SEALBEAT } from '../../lib/cli/help/program.ts'
import { readableLog } from '../../lib/log/readable.ts'
import {
  type CapabilitiesOutcome,
  capabilitiesLine,
  type LandlockOutcome,
  landlockLine,
} from '../../lib/sandbox/outcome.ts'
import { lackingOf } from '../../lib/sandbox/rights.ts'
import { ARCHITECTURES, loadArchitecture } from '../../lib/seccomp/architectures/architecture.ts'
import { type Outcome, outcomeLine } from '../../lib/seccomp/kernel/outcome.ts'
import { builtinPolicy } from '../../lib/seccomp/policy/builtin.ts'
import { effectivePolicy } from '../../lib/seccomp/policy/layers.ts'
import { ACTIONS, formatVerdict, OPERATIONS } from '../../lib/seccomp/policy/policy.ts'
import { ownershipProblems } from '../../lib/trust/ownership.ts'
import { wayProblems } from '../../lib/trust/way.ts'
import { statusWith } from '../agent/status-fixtures.ts'
import { Workplace } from '../cli/workplace.ts'
import { needsLinux } from '../live.ts'
import { blocksOf, codeIn, page, ROOT, rowsOf } from './page.ts'

const seccomp = page('docs/seccomp.md')

/** One outcome for every state. */
const OUTCOMES: { readonly [S in Outcome['state']]: Outcome } = {
  disabled: { state: 'disabled' },
  'not-linux': { state: 'not-linux' },
  'no-kernel-support': { state: 'no-kernel-support' },
  'no-policy': { state: 'no-policy' },
  failed: { state: 'failed', code: 'KERNEL_REFUSED', reason: 'EINVAL', hint: 'none' },
  installed: {
    state: 'installed',
    mode: 'extend',
    architecture: 'amd64',
    instructions: 1,
    threads: 1,
    digest: '',
    log: true,
    diagnose: false,
    inherited: 0,
  },
}

/** One for each row of docs/sandbox.md, in its order. */
const LANDLOCK: readonly LandlockOutcome[] = [
  { state: 'entered', abi: 7, threads: 1, lacking: [] },
  { state: 'unproven', abi: 7, threads: 1, lacking: [] },
  { state: 'disabled' },
  { state: 'unavailable', reason: 'none' },
  { state: 'given-up', who: ['beat ps'] },
  { state: 'partial', reason: 'late', tids: [2] },
  { state: 'failed', code: 'PRETENDED', reason: 'none', hint: 'none' },
]
const CAPABILITIES: readonly CapabilitiesOutcome[] = [
  { state: 'dropped', threads: 1, kept: [] },
  { state: 'kept' },
  { state: 'partial', reason: 'late', tids: [2] },
  { state: 'failed', code: 'NO_SWEEP', reason: 'none', hint: 'none' },
]

describe('facts in the documentation', () => {
  it('exit codes are those of the code and of the help', () => {
    const codes = Object.values(EXIT).map(String)
    expect(rowsOf(page('README.md'), 'code').map(([code]) => code)).to.deep.equal(codes)
    const help =
      helpOf(SEALBEAT, { command: undefined, begun: [] })
        .split('Exit codes:\n')[1]
        ?.split('\n\n')[0] ?? ''
    expect(help.split('\n').map(line => line.trim().split(' ')[0])).to.deep.equal(codes)
  })

  it('exit codes that end an installed agent for good are those of its unit', () => {
    const rows = rowsOf(page('docs/operations.md'), 'exit code')
    expect(rows.map(([code]) => code)).to.deep.equal(Object.values(EXIT).map(String))
    const final = rows.filter(([, , again]) => again === 'no').map(([code]) => Number(code))
    expect(final).to.deep.equal([EXIT.ok, EXIT.sandboxRequired, EXIT.config])
  })

  it('figures of events are those of the metrics', () => {
    const sampleOf = (count: number) => {
      const none = statusWith({})
      const names = Object.keys(none.events)
      const events = Object.fromEntries(names.map(name => [name, count]))
      const status = { ...none, events: { ...none.events, ...events } }
      return { status, uptimeMs: 0, cpuMs: 0, rssBytes: 0 }
    }
    const metrics = metricsBetween(sampleOf(0), sampleOf(1))
    const listed = rowsOf(page('docs/operations.md'), 'figure').flatMap(([name = '']) =>
      codeIn(name),
    )
    expect(listed).to.have.members(Object.keys(Object(metrics['events'])))
  })

  it('actions are complete', () => {
    const listed = rowsOf(seccomp, 'action').flatMap(([action = '']) => codeIn(action))
    expect(listed).to.have.members(ACTIONS).and.to.have.length(ACTIONS.length)
  })

  it('operations on arguments are complete', () => {
    const [, sentence = ''] = /^Operations: (.*?)\. All/ms.exec(seccomp.prose) ?? []
    expect(codeIn(sentence)).to.deep.equal([...OPERATIONS])
  })

  it('log lines about the filter have the same level and words as the code', () => {
    const written = rowsOf(seccomp, 'condition').map(([, level, text = '']) => {
      return { level, message: codeIn(text)[0] }
    })
    const lines = Object.values(OUTCOMES).map(outcomeLine)
    const said = lines.map(({ level, message }) => ({ level, message }))
    const before = { level: 'debug', message: 'Loading syscall filter' }
    expect(written).to.have.deep.members([...said, before])
    // The only line that does not come from an outcome.
    expect(readFileSync(`${ROOT}lib/agent/sandbox.ts`, 'utf8')).to.contain(`'${before.message}'`)
  })

  it('log lines about the rest of the sandbox have the same level and words as the code', () => {
    const written = rowsOf(page('docs/sandbox.md'), 'condition').map(([, level, text = '']) => {
      return { level, message: codeIn(text)[0] ?? '' }
    })
    const lines = [...LANDLOCK.map(landlockLine), ...CAPABILITIES.map(capabilitiesLine)]
    const said = lines.map(({ level, message }) => {
      return { level: level === 'warn' ? 'warning' : level, message: message.replace(/:.*/, '') }
    })
    expect(written).to.deep.equal(said)
  })

  it('the parts of Landlock by kernel are those of the code', () => {
    const rows = rowsOf(page('docs/security.md'), 'Linux').map(([linux, abi]) => [linux, abi])
    const lacking = lackingOf(1).map(what => /\(Linux ([\d.]+)\)/.exec(what)?.[1])
    expect(rows.map(([linux]) => linux)).to.include.members(lacking)
    for (const [linux = '', abi] of rows.slice(2, -1)) {
      const since = lackingOf(Number(abi) - 1)[0]
      expect(since, `ABI ${abi}`).to.contain(`(Linux ${linux})`)
    }
  })

  it('messages about files that others may write are those of the code', () => {
    const file = { kind: 'config', name: 'beat.yml', path: '/etc/web/beat.yml' } as const
    const stats = { uid: 1000, gid: 1000, mode: 0o664 }
    const folder = {
      kind: 'folder',
      path: '/etc/web',
      uid: 0,
      gid: 1000,
      mode: 0o775,
      id: '',
    } as const
    const host = { isPrivate: () => false, isUnmapped: () => false, isReadOnly: () => false }
    const problems = [
      ...wayProblems([folder], 0, host),
      ...ownershipProblems(file, stats, 0, () => false),
    ]
    const lines = problems.map(problem => `beat.yml: ${problem}\n`).join('')
    const blocks = page('docs/security.md').blocks.map(({ text }) => text)
    expect(blocks).to.include(lines)
  })

  it('names of system calls exist', async () => {
    const { table } = await loadArchitecture('amd64')
    const named = rowsOf(page('docs/security.md'), 'attempt').flatMap(([, calls = '']) =>
      codeIn(calls).filter(code => /^[a-z_0-9]+$/.test(code)),
    )
    expect(table.numbers).to.include.all.keys(named)
  })

  for (const name of ARCHITECTURES) {
    it(`the default policy of ${name} refuses what docs/security.md says, where nothing is declared`, async () => {
      const [architecture, builtin] = await Promise.all([
        loadArchitecture(name),
        builtinPolicy(name),
      ])
      const config = { mode: 'extend', policy: undefined } as const
      const sockets = { families: {}, connect: undefined, bind: undefined, listen: undefined }
      const policy = effectivePolicy(architecture, { builtin, needs: [], sockets, config })
      // A table without a default policy serves to refuse its ABI, or is work in progress.
      if (!policy) return expect(builtin).to.equal(undefined)
      const rows = rowsOf(page('docs/security.md'), 'attempt')
      const wrong = rows.flatMap(([, calls = '', answer = '']) =>
        codeIn(calls).flatMap(call => {
          const decision = policy.decisions.find(each => each.name === call)
          const verdict = decision && formatVerdict(decision.otherwise)
          return !verdict || verdict === `errno(${answer})` ? [] : [`${call}: ${verdict}`]
        }),
      )
      expect(wrong).to.deep.equal([])
    })
  }
})

describe('log lines in the documentation', () => {
  before(needsLinux)

  it('are printed by the agent of `make run`', async () => {
    const place = new Workplace()
    try {
      const agent = place.start(
        'run',
        '-c',
        `${ROOT}config/beat.example.yml`,
        '--strict.perms=false',
      )
      await agent.logged('Beat started')
      agent.child.kill('SIGTERM')
      const { log } = await agent.ended()
      for (const { text } of blocksOf('json')) {
        const shown = JSON.parse(text)
        const line = log.find(({ message }) => message === shown.message)
        expect(line).to.deep.include(shown)
        // As a terminal shows it, but for the time and the fields.
        const seen = readableLog(JSON.stringify(line), (_, words) => words).slice(9)
        const lines = blocksOf('text').flatMap(block => block.text.split('\n'))
        expect(lines.some(each => each.length > 20 && seen.startsWith(each.slice(9)))).to.equal(
          true,
        )
      }
    } finally {
      place.remove()
    }
  })
})
