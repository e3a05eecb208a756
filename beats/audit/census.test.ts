import { expect } from 'chai'
import { Assembly } from './assembly.ts'
import { OwnViolations } from './details/own.ts'
import { TYPES, type TypeName } from './records/message-types.ts'
import { Reporter } from './report.ts'
import { Unreadable } from './unreadable.ts'

/** Records of every type, as the kernel writes them. */
const SAMPLES: readonly (readonly [type: TypeName, rest: string])[] = [
  [
    'seccomp',
    'auid=4294967295 uid=0 gid=0 ses=4294967295 subj=unconfined pid=94 comm=73616E64 exe="/init" sig=0 arch=c00000f3 syscall=173 compat=0 ip=0x28574 code=0x7ffc0000',
  ],
  [
    'seccomp',
    'auid=1000 uid=33 gid=34 ses=7 subj=? pid=13096 comm="flood" exe="/usr/bin/node" sig=31 arch=c000003e syscall=-1 compat=0 ip=0x7f176fa3f829 code=0x50000',
  ],
  [
    'landlock_access',
    'domain=159ace838 blockers=fs.remove_file,fs.refer path="/run" dev="rootfs" ino=8',
  ],
  ['landlock_access', 'domain=159ace839 blockers=net.connect_tcp daddr=::1 dest=443'],
  ['landlock_access', 'domain=159ace838 blockers=scope.abstract_unix_socket path=006162732078'],
  [
    'landlock_domain',
    'domain=159ace838 status=allocated mode=enforcing pid=97 uid=0 exe="/init" comm=73616E6420626F786572',
  ],
  ['landlock_domain', 'domain=159ace838 status=deallocated denials=18'],
  [
    'syscall',
    'arch=c00000f3 syscall=56 success=no exit=-13 a0=1 items=0 ppid=1 pid=97 auid=4294967295 uid=0 gid=0 tty=(none) ses=4294967295 comm="x" exe="/init" subj=? key=(null)',
  ],
  ['mac_task_contexts', 'subj_selinux=system_u:x_t:s0 subj_apparmor==snap.x (enforce)'],
  ['mac_obj_contexts', 'obj_selinux=system_u:object_r:etc_t:s0'],
  ['eoe', ''],
]

/** The same sequence of numbers below 1 for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const NOISE = [
  '=',
  ' ',
  '"',
  '==',
  ' subj=',
  ' pid=',
  ' key=',
  ')',
  '\0',
  '\ufffd',
  'FF',
  '(null)',
  '?',
  '-1',
  '__proto__=1 ',
  '99999999999999999999',
]

/** One record in three is damaged: cut off, with something in between, or without a part. */
function damaged(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length)
  switch (Math.floor(random() * 9)) {
    case 0:
      return text.slice(0, at)
    case 1:
      return text.slice(0, at) + NOISE[Math.floor(random() * NOISE.length)] + text.slice(at)
    case 2:
      return text.slice(0, at) + text.slice(at + Math.floor(random() * 20))
    default:
      return text
  }
}

function batchOf(random: () => number, count: number, serials: number) {
  const written = Array.from({ length: count }, () => {
    const [type, rest] = SAMPLES[Math.floor(random() * SAMPLES.length)] ?? ['eoe', '']
    const stamp = `audit(1795687297.924:${1 + Math.floor(random() * serials)}): `
    return [TYPES[type], damaged(stamp + rest, random)] as const
  })
  return { types: written.map(([type]) => type), records: written.map(([, text]) => text) }
}

describe('audit: whatever the records are', () => {
  for (const seed of [1, 2, 3]) {
    it(`each violation is reported, or counted as unreadable (seed ${seed})`, () => {
      const random = randomFrom(seed)
      const unreadable = new Unreadable()
      const assembly = new Assembly(unreadable)
      const counts = { violations: 0, reported: 0, unreadable: 0 }
      for (let nowMs = 0; nowMs < 40_000; nowMs += 20) {
        const batch = batchOf(random, 50, 200)
        const isViolation = (type: number) =>
          type === TYPES.seccomp || type === TYPES.landlock_access
        counts.violations += batch.types.filter(isViolation).length
        counts.reported += assembly.add(batch, nowMs).length
      }
      const { held } = assembly
      expect(held).to.be.above(0)
      counts.reported += assembly.add({ records: [], types: [] }, 50_000).length
      for (const { type, count } of unreadable.due(0)) {
        if (type === 'seccomp' || type === 'landlock_access') counts.unreadable += count
      }
      expect(counts.unreadable).to.be.above(100)
      expect(counts.reported + counts.unreadable).to.equal(counts.violations)
      expect(assembly.held).to.equal(0)
    })
  }

  it('an event is made of each that can be encoded, and what is left out is counted', async () => {
    const random = randomFrom(4)
    const nobody = { user: () => undefined, group: () => undefined }
    const reporter = new Reporter(nobody, new OwnViolations(({ pid }) => pid === 97))
    let [violations, reported, unreadable] = [0, 0, 0]
    const count = async (batch: Parameters<Reporter['report']>[0], nowMs: number) => {
      for (const event of await reporter.report(batch, nowMs)) {
        const encoded = JSON.parse(JSON.stringify(event))
        expect(encoded['@timestamp']).to.match(/^\d{4}-/)
        // Nothing is there without a value.
        expect(encoded).to.deep.equal({ ...event, '@timestamp': encoded['@timestamp'] })
        reported += 1 + (Object(event['auditd']).unreported ?? 0)
      }
      for (const { type, count: its } of reporter.unreadable(nowMs)) {
        if (type === 'seccomp' || type === 'landlock_access') unreadable += its
      }
    }
    for (let nowMs = 0; nowMs < 40_000; nowMs += 100) {
      const batch = batchOf(random, 50, 200)
      violations += batch.types.filter(type => type === 1326 || type === 1423).length
      await count(batch, nowMs)
    }
    await count({ records: [], types: [] }, 100_000)
    const known = reported + unreadable
    expect(known).to.be.within(violations / 2, violations)
    // Those of the agent that were left out after the last report of their kind are told with the next one.
    expect(known + reporter.suppressed).to.equal(violations)
  })
})
