import { expect } from 'chai'
import { statusOf } from '../../lib/agent/status.ts'
import { noSourceCounts } from '../../lib/pipeline/stats.ts'
import type { Installed } from '../../lib/seccomp/kernel/outcome.ts'
import { NEVER, pipelineTo, SOURCE } from '../pipeline/fixtures.ts'
import { MemoryOutput } from '../pipeline/memory-output.ts'
import { PLANNED, statusWith } from './status-fixtures.ts'

const INSTALLED: Installed = {
  state: 'installed',
  mode: 'extend',
  architecture: 'amd64',
  instructions: 267,
  threads: 11,
  inherited: 0,
  log: true,
  diagnose: true,
  digest: 'sha256:0',
}

describe('the status of an agent', () => {
  it('has the output, the queue, and the counts of the pipeline and of each beat', async () => {
    const pipeline = pipelineTo(new MemoryOutput(() => []))
    const counts = noSourceCounts()
    const publish = pipeline.publisher(SOURCE, NEVER, counts)
    const receipt = await publish([{ id: 1 }, { id: 2 }])
    await publish({ '@timestamp': 'never' })
    expect(counts).to.include({ published: 3, unencodable: 1 })
    await receipt.acked
    const own = { id: 'host', state: 'running', starts: 1, failures: 0 } as const
    const beat = { ...own, failed: { mask: 1 }, waiting: 0, blocked_ms: 0 }
    const runners = {
      all: [
        {
          get status() {
            const { blocked: _, ...rest } = counts
            return { ...beat, ...rest }
          },
        },
      ],
    }
    const status = statusOf(
      { plan: PLANNED, pipeline, runners },
      { outcome: { state: 'disabled' } },
    )
    const events = { published: 3, unencodable: 1, acked: 2 }
    expect(status).to.deep.equal({
      ...statusWith({ events }),
      beats: [{ ...beat, published: 3, unencodable: 1, pending: 0 }],
    })
    await pipeline.close(AbortSignal.timeout(100))
  })

  it('has the filter, and what it has denied under seccomp.diagnose', () => {
    const pipeline = { stats: () => statusWith({}).events, writingForMs: 7, storedBytes: 0 }
    const observed = { plan: PLANNED, pipeline, runners: { all: [] } }
    const denials = () =>
      new Map([
        ['execve', 3],
        ['fork', 1],
      ])
    expect(statusOf(observed, { outcome: INSTALLED, denials })).to.deep.include({
      sandbox: {
        state: 'installed',
        instructions: 267,
        threads: 11,
        denials: { execve: 3, fork: 1 },
      },
      output: { name: 'console', writingForMs: 7 },
    })
    const silent = statusOf(observed, { outcome: { ...INSTALLED, diagnose: false } })
    expect(silent.sandbox).not.to.have.property('denials')
  })
})
