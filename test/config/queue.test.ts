import { expect } from 'chai'
import { parseConfig } from '../../lib/config/parse.ts'
import { readDocument } from '../../lib/config/source/document.ts'
import { formatProblem } from '../../lib/errors.ts'

const LEAST = ['beats=[{ type: host }]', 'output.console={}', 'path.home=/srv']

function parse(...overrides: readonly string[]) {
  const source = { files: [], overrides: [...LEAST, ...overrides], env: {} }
  const { config, problems } = parseConfig(readDocument(source))
  return { queue: config.queue, problems: problems.problems.map(formatProblem) }
}

describe('config: queue.disk', () => {
  it('is chosen by its key, with the words of Beats', () => {
    const { queue, problems } = parse('queue.disk.max_size=10GB')
    expect(problems).to.deep.equal([])
    expect(queue.disk).to.deep.equal({
      path: '/srv/data/queue',
      max_size: 10_000_000_000,
      segment_size: 1_000_000_000,
      sync: 'batch',
    })
    expect(queue.outside).to.deep.equal([])
  })

  it('is not chosen by max_size: null, nor without a key', () => {
    expect(parse('queue.disk.max_size=null').queue.disk).to.equal(undefined)
    expect(parse().queue.disk).to.equal(undefined)
  })

  it('knows its folder to be elsewhere', () => {
    const folders = {
      '/var/spool/q': ['/var/spool/q'],
      '/srv/data/q': [],
      '/srv/data2': ['/srv/data2'],
    }
    for (const [path, outside] of Object.entries(folders)) {
      const { queue } = parse('queue.disk.max_size=10MB', `queue.disk.path=${path}`)
      expect(queue.outside, path).to.deep.equal(outside)
    }
  })

  it('excludes queue.mem, and says so where each was written', () => {
    const message = 'there is one queue: remove queue.mem or queue.disk'
    expect(parse('queue.mem.events=10', 'queue.disk.max_size=10MB').problems).to.deep.equal([
      `-E queue.mem.events: queue.mem: ${message}`,
      `-E queue.disk.max_size: queue.disk: ${message}`,
    ])
  })

  for (const [written, problem] of [
    ['queue.disk={ path: q }', '-E queue.disk: queue.disk.max_size: is required'],
    ['queue.disk={}', '-E queue.disk: queue.disk.max_size: is required'],
    [
      'queue.disk.max_size=9MB',
      '-E queue.disk.max_size: queue.disk.max_size: must be a size of 10000000 bytes or more, such as 10MiB, 10MB or 4096, not "9MB"',
    ],
    [
      'queue.disk={ max_size: 10MB, segment_size: 6MB }',
      '-E queue.disk: queue.disk.segment_size: must not exceed half of queue.disk.max_size, which is 10000000',
    ],
    [
      'queue.disk={ max_size: 10MB, sync: bach }',
      '-E queue.disk: queue.disk.sync: must be one of batch, interval, none, not "bach" (did you mean "batch"?)',
    ],
  ] as const) {
    it(`refuses ${written}`, () => {
      expect(parse(written).problems).to.deep.equal([problem])
    })
  }
})
