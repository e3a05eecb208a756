import { expect } from 'chai'
import { parseDelivery } from '../../lib/config/delivery.ts'
import { formatPath } from '../../lib/errors.ts'
import type { DeliverySettings } from '../../lib/output.ts'

function parse(
  value: Readonly<Record<string, unknown>>,
  own: Partial<DeliverySettings> = {},
): { readonly settings: DeliverySettings | undefined; readonly problems: readonly string[] } {
  const problems: string[] = []
  const parsed = parseDelivery({ path: ['output', 'x'], value }, own, (path, message) =>
    problems.push(`${formatPath(path)}: ${message}`),
  )
  return { settings: parsed?.delivery, problems }
}

describe('config: delivery settings', () => {
  it('have defaults', () => {
    expect(parse({})).to.deep.equal({
      problems: [],
      settings: {
        bulk_max_size: 2048,
        bulk_max_bytes: 10 * 1024 * 1024,
        inFlight: 1,
        ordered: false,
        backoff: { init: 1000, max: 60_000 },
        timeout: 90_000,
        max_retries: -1,
      },
    })
  })

  const OWN: DeliverySettings = {
    bulk_max_size: 10,
    bulk_max_bytes: 11,
    inFlight: 3,
    ordered: false,
    backoff: { init: 12, max: 13 },
    timeout: 0,
    max_retries: 14,
  }

  it('are overridden by the output, and these by the user', () => {
    expect(parse({}, OWN).settings).to.deep.equal(OWN)
    const written = {
      ...{ bulk_max_size: 1, bulk_max_bytes: '2MiB', workers: 4, timeout: '1m30s', max_retries: 0 },
      backoff: { init: '1s', max: '2s' },
    }
    expect(parse(written, OWN).settings).to.deep.equal({
      ...{ bulk_max_size: 1, bulk_max_bytes: 2 * 1024 * 1024, inFlight: 4, ordered: false },
      ...{ timeout: 90_000, max_retries: 0, backoff: { init: 1000, max: 2000 } },
    })
  })

  it('lets one pause follow the other if only one is written', () => {
    expect(parse({ backoff: { max: '500ms' } }).settings?.backoff).to.deep.equal({
      init: 500,
      max: 500,
    })
    expect(parse({ backoff: { init: '2m' } }).settings?.backoff).to.deep.equal({
      init: 120_000,
      max: 120_000,
    })
  })

  it('keeps one batch at a time where the output keeps order', () => {
    expect(parse({ workers: 1 }, { ordered: true }).settings).to.include({
      inFlight: 1,
      ordered: true,
    })
    expect(parse({ workers: 2 }, { ordered: true })).to.deep.equal({
      settings: undefined,
      problems: [
        'output.x.workers: must be 1: this output keeps the order of events, one batch at a time',
      ],
    })
  })

  it('takes what is within the bounds, and nothing beyond', () => {
    const BOUNDS: readonly (readonly [key: string, taken: unknown[], refused: unknown[]])[] = [
      ['bulk_max_size', [1, 1_000_000], [0, 1_000_001]],
      ['bulk_max_bytes', [1, '1GiB'], [0]],
      ['workers', [1, 1024], [0, 1025]],
      ['timeout', [0, '0', '1ms', '24d'], [1, '-1s']],
      ['max_retries', [-1, 0, 1_000_000], [-2]],
      ['dead_letter', [{}, { enabled: false }, { max_bytes: 0 }], [{ max_bytes: -1 }, false]],
      ['backoff', [{ init: '1ms' }, { max: '1ms' }, { init: '1s', max: '1s' }], [{ init: 0 }, 5]],
    ]
    for (const [key, taken, refused] of BOUNDS) {
      for (const value of taken) expect(parse({ [key]: value }).problems).to.deep.equal([])
      for (const value of refused) expect(parse({ [key]: value }).problems).to.have.length(1)
    }
  })

  it('keeps what is refused for good, unless that is switched off', () => {
    const deadLetter = (value: Readonly<Record<string, unknown>>) =>
      parseDelivery({ path: [], value }, {}, () => {})?.deadLetter
    expect(deadLetter({})).to.deep.equal({ enabled: true, max_bytes: 1_073_741_824 })
    const written = { enabled: false, max_bytes: '1MB' }
    expect(deadLetter({ dead_letter: written })).to.deep.equal({
      enabled: false,
      max_bytes: 1_000_000,
    })
  })

  it('has every problem reported at once', () => {
    const { settings, problems } = parse({
      ...{ bulk_max_size: 0, bulk_max_bytes: 'much', workers: 1.5, timeout: 90, max_retries: -2 },
      backoff: { init: '0s', mx: '1s' },
    })
    expect(settings).to.equal(undefined)
    expect(problems).to.have.members([
      'output.x.bulk_max_size: must be a whole number from 1 to 1000000, not 0',
      'output.x.bulk_max_bytes: must be a size of 1 bytes or more, such as 10MiB, 10MB or 4096, not "much"',
      'output.x.workers: must be a whole number from 1 to 1024, not 1.5',
      'output.x.backoff.mx: unknown key (did you mean "max"?)',
      'output.x.backoff.init: must be a duration from 1ms to 24d20h, such as 10s or 1m30s, not "0s"',
      'output.x.timeout: must be a duration of at most 24d20h, such as 10s or 1m30s, not 90 (the unit is missing)',
      'output.x.max_retries: must be a whole number, -1 or more, not -2',
    ])
    expect(parse({ backoff: { init: '2s', max: '1s' } }).problems).to.deep.equal([
      'output.x.backoff.init: must not exceed backoff.max, which is 1s',
    ])
  })
})
