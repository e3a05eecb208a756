import { expect } from 'chai'
import { pino } from 'pino'
import type { AuditBatch, AuditLog } from 'sealbeat/audit'
import { OwnViolations } from './details/own.ts'
import audit from './index.ts'
import { Reporter } from './report.ts'

const NOBODY = { user: () => undefined, group: () => undefined }

/** A reporter to which every process is the agent, or none. */
const reporter = (isOwn: boolean) =>
  new Reporter(NOBODY, new OwnViolations(() => isOwn), () => undefined)

/** What the beat publishes, logs and asks for while it reads these batches and no more. */
async function ran(batches: readonly Partial<AuditBatch>[], its = reporter(false)) {
  const lines: Record<string, unknown>[] = []
  const published: object[][] = []
  const waits: (number | undefined)[] = []
  let closed = 0
  const log: AuditLog = {
    async *batches(_, dueInMs) {
      for (const batch of batches) {
        yield { records: [], types: [], lost: 0, ...batch }
        waits.push(dueInMs?.())
      }
    },
    close: () => {
      closed++
    },
  }
  const context = {
    ...{ id: 'audit', settings: { buffer: 4096, landlock: true }, state: new Map() as never },
    lines: {} as never,
    log: pino({ base: null, timestamp: false }, { write: line => lines.push(JSON.parse(line)) }),
    signal: new AbortController().signal,
    publish: async (events: object) => {
      published.push([events].flat())
      return {} as never
    },
  }
  const resources = { audit: log, reporter: its }
  await audit.run(context, resources)
  expect(closed).to.equal(0)
  await audit.close?.(resources)
  return { lines, published, waits, closed }
}

const SECCOMP = (serial: number) =>
  `audit(1.000:${serial}): uid=0 pid=5 comm="x" arch=c000003e syscall=1 code=0x50000`
const HELD = {
  records: ['audit(1.000:9): domain=1f blockers=ptrace', 'audit(1.000:9): domain=1f blockers=x'],
  types: [1423, 1423],
}
const STOPPED = 'Stopped before these violations were reported'

describe('audit: what it asks for', () => {
  it('is the kernel’s audit records, with as much memory as the settings say', () => {
    expect(audit).to.include({ name: 'audit', opensUnfiltered: true })
    const { privileges } = audit
    if (typeof privileges !== 'function') throw new Error('it asks for the same at all times')
    expect(privileges({ buffer: 65_536, landlock: false })).to.deep.equal([
      {
        netlink: 'audit 1',
        with: 'CAP_AUDIT_READ',
        bufferBytes: 65_536,
        why: 'reads the records of the kernel',
      },
    ])
  })

  it('is closed with it', async () => {
    expect((await ran([])).closed).to.equal(1)
  })
})

describe('audit: what it says of records that are lost or can not be read', () => {
  it('is an event of each, and a line in the log', async () => {
    const unreadable = { records: ['x', 'audit(1.000:1): '], types: [1326, 1423] }
    const { lines, published, waits } = await ran([unreadable, unreadable, { lost: 1 }])
    const base = { kind: 'event', category: ['process'], type: ['info'], outcome: 'unknown' }
    const isUnreadable = {
      ...base,
      action: 'unreadable-audit-records',
      dataset: 'audit.unreadable',
    }
    expect(published).to.deep.equal([
      [
        {
          message:
            "Audit records that can't be read: 1 of type seccomp (no time and serial number)",
          event: { ...isUnreadable, original: 'x' },
          auditd: { message_type: 'seccomp', unreadable: 1, reason: 'no time and serial number' },
        },
        {
          message: "Audit records that can't be read: 1 of type landlock_access (no domain)",
          event: { ...isUnreadable, original: 'audit(1.000:1): ' },
          auditd: { message_type: 'landlock_access', unreadable: 1, reason: 'no domain' },
        },
      ],
      [
        {
          message: 'Audit records lost: 1',
          event: { ...base, action: 'lost-audit-records', dataset: 'audit.lost' },
          auditd: { lost: 1 },
        },
      ],
    ])
    const msg = 'Audit records of the kernel can not be read'
    const [level, count] = [40, 1]
    const [, landlock] = published[0] ?? []
    expect(landlock).to.be.an('object')
    expect(lines).to.deep.equal([
      { level, type: 'seccomp', reason: 'no time and serial number', count, text: 'x', msg },
      { level, type: 'landlock_access', reason: 'no domain', count, text: 'audit(1.000:1): ', msg },
      {
        level,
        lost: 1,
        msg: 'Audit records lost: the kernel had no room for them; set a larger buffer',
      },
      { level, waiting: 2, suppressed: 0, msg: STOPPED },
    ])
    // Those of the second batch are told a minute after those of the first.
    expect(waits[0]).to.equal(undefined)
    expect(waits[1]).to.be.within(1, 60_000)
  })
})

describe('audit: what is left when it stops', () => {
  it('is nothing where all was reported', async () => {
    const { lines, published } = await ran([{ records: [SECCOMP(1)], types: [1326] }, {}])
    expect(lines).to.deep.equal([])
    expect(
      published.map(events => events.length),
      'nothing is published of nothing',
    ).to.deep.equal([1])
  })

  it('is a warning where a violation waits for other records', async () => {
    const one = { records: HELD.records.slice(1), types: [1423] }
    const warned = async (batch: object) => (await ran([batch])).lines
    expect(await warned(one)).to.deep.equal([
      { level: 40, waiting: 1, suppressed: 0, msg: STOPPED },
    ])
    expect(await warned(HELD)).to.deep.equal([
      { level: 40, waiting: 2, suppressed: 0, msg: STOPPED },
    ])
  })

  it('is told without a warning where only the agent’s own were not reported yet', async () => {
    const twice = { records: [SECCOMP(1), SECCOMP(2)], types: [1326, 1326] }
    const { lines, published } = await ran([twice], reporter(true))
    expect(published.map(events => events.length)).to.deep.equal([1])
    expect(lines).to.deep.equal([{ level: 30, waiting: 0, suppressed: 1, msg: STOPPED }])
    const one = {
      records: [...twice.records, HELD.records[0] ?? ''],
      types: [...twice.types, 1423],
    }
    const both = (await ran([one], reporter(true))).lines
    expect(both).to.deep.equal([{ level: 40, waiting: 1, suppressed: 1, msg: STOPPED }])
  })
})
