import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  ARCHITECTURES,
  type Architecture,
  loadArchitecture,
} from '../../../../lib/seccomp/architectures/architecture.ts'
import { multiplexerOf } from '../../../../lib/seccomp/architectures/multiplexers.ts'
import { isNarrow } from '../../../../lib/seccomp/compiler/arguments.ts'
import { compile } from '../../../../lib/seccomp/compiler/compile.ts'
import type { Program } from '../../../../lib/seccomp/compiler/program.ts'
import { simulate } from '../../../../lib/seccomp/compiler/simulate.ts'
import { importProfile } from '../../../../lib/seccomp/import/import-profile.ts'
import { readProfile } from '../../../../lib/seccomp/import/read-profile.ts'
import { merge } from '../../../../lib/seccomp/policy/merge.ts'
import { ROOT } from '../../../docs/page.ts'
import { skip } from '../../../live.ts'
import { referenceProblem } from '../reference.ts'
import { compileRecorder, type Filter, filterOf } from './filters.ts'
import { type Point, pointsIn } from './points.ts'

const TESTS = join(ROOT, '.cache/libseccomp/source/tests')
const RECORDER = join(ROOT, 'test/seccomp/libseccomp/vectors/recorder.c')
const ENOSYS = 0x50026
const TRACE = 0x7ff00000
const ERRNO = 0x50000
const EPERM = 0x50001

/** libseccomp's names of our architectures. */
const NAMES: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  '386': 'x86',
  arm: 'arm',
  arm64: 'aarch64',
  ppc64le: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
  mips64le: 'mipsel64',
  loong64: 'loongarch64',
}

const ACTIONS: ReadonlyMap<number, string> = new Map([
  [0, 'KILL'],
  [0x80000000, 'KILL_PROCESS'],
  [0x30000, 'TRAP'],
  [0x50000, 'ERRNO'],
  [0x7ff00000, 'TRACE'],
  [0x7ffc0000, 'LOG'],
  [0x7fff0000, 'ALLOW'],
])

/** What differs from libseccomp's own answer for a reason that docs/seccomp.md gives. */
type Reason = 'no such call' | 'a message for the tracer' | 'an error without a name'

interface Found {
  points: number
  readonly excused: Map<Reason, number>
  readonly different: string[]
}

describe('seccomp import: the vectors of libseccomp', () => {
  before(function () {
    const problem = existsSync(TESTS)
      ? referenceProblem()
      : "libseccomp's tests are not here: make vectors fetches them"
    if (problem) skip(this, problem)
  })

  it('get the same answers through a profile, but for what the documentation lists', async () => {
    const found: Found = { points: 0, excused: new Map(), different: [] }
    const recorder = compileRecorder(RECORDER, join(ROOT, '.cache/libseccomp/recorded'))
    const unsaid: string[] = []
    for (const file of readdirSync(TESTS).filter(each => /^\d+-sim-.*\.tests$/.test(each))) {
      const name = file.replace('.tests', '')
      const filter = filterOf(recorder, TESTS, name)
      if (filter === undefined) unsaid.push(name)
      else await compareAll(filter, pointsIn(readFileSync(join(TESTS, file), 'utf8')), found)
    }
    const excused = Array.from(found.excused, ([why, count]) => `${count} ${why}`).join(', ')
    console.log(`      ${found.points} points; ${excused}; not as a profile: ${unsaid.join()}`)
    expect(found.different).to.deep.equal([])
    expect(found.points).to.be.above(6000)
    expect(unsaid).to.deep.equal(['17-sim-arch_merge'])
  })

  it('find a filter that answers otherwise', async () => {
    const found: Found = { points: 0, excused: new Map(), different: [] }
    const write = { call: 'write', action: 0x7fff0000, args: [] }
    const filter = { defaultAction: 0, architectures: new Set([0]), rules: [write] }
    const lines = ['write 1 N N N N N ALLOW', 'write 2 N N N N N KILL', 'close N N N N N N KILL']
    const text = `test type: bpf-sim\n${lines.map(line => `01-sim all ${line}`).join('\n')}\n`
    await compareAll(filter, pointsIn(text), found)
    expect(found.different).to.deep.equal(['amd64 01-sim write(2,0,0,0,0,0): 7fff0000, not 0'])
    expect([found.points, found.excused.get('no such call')]).to.deep.equal([3, 1])
  })
})

async function compareAll(filter: Filter, points: readonly Point[], found: Found): Promise<void> {
  for (const name of ARCHITECTURES) {
    const architecture = await loadArchitecture(name)
    const asked = points.filter(point => isAsked(architecture, filter, point))
    if (asked.length === 0) continue
    const calls = callsOf(architecture, filter)
    const ours = programOf(architecture, filter, calls)
    const named = new Set(filter.rules.map(({ call }) => calls.get(call) ?? call))
    for (const point of asked) compareOne(architecture, { calls, named, ours, point }, found)
  }
}

/** As libseccomp's own runner takes it: without a plus, an architecture is meant where it is the native one. */
function isAsked(architecture: Architecture, filter: Filter, { architectures }: Point): boolean {
  const words = architectures.split(',')
  const name = NAMES[architecture.name]
  if (words.includes(`-${name}`)) return false
  const isNative = architecture.name === 'amd64'
  const isNamed =
    words.includes(`+${name}`) ||
    words.includes(architecture.endian === 'little' ? '+all_le' : '+all_be') ||
    words.includes(architecture.bits === 32 ? '+all_32' : '+all_64')
  const isOwn = isNative && /^(all|all_le|all_64|x86_64)$/.test(words[0] ?? '')
  const has = filter.architectures
  return (isNamed || isOwn) && (has.has(architecture.audit) || (isNative && has.has(0)))
}

/** Each call of the filter → our name; libseccomp's tests use numbers that no call has, too. */
function callsOf(architecture: Architecture, { rules }: Filter): ReadonlyMap<string, string> {
  const named = new Set(rules.map(({ call }) => call))
  const free = Object.keys(architecture.table.numbers).filter(
    name => !named.has(name) && [0, 1, 2, 3, 4, 5].every(at => !isNarrow(architecture, name, at)),
  )
  const numbers = [...named].filter(call => /^\d+$/.test(call))
  return new Map(numbers.map((call, at) => [call, free.at(-1 - at) ?? call]))
}

function programOf(
  architecture: Architecture,
  { defaultAction, rules }: Filter,
  calls: ReadonlyMap<string, string>,
): Program {
  const { action, errnoRet } = actionOf(defaultAction)
  const raw = {
    ...{ defaultAction: action, ...(errnoRet !== undefined && { defaultErrnoRet: errnoRet }) },
    syscalls: rules.map(rule => ({
      ...{ names: [calls.get(rule.call) ?? rule.call], args: rule.args },
      ...actionOf(rule.action),
    })),
  }
  const profile = readProfile(raw, [], (path, message) => expect.fail(`${path}: ${message}`))
  if (!profile) throw new TypeError('no profile')
  const { policy } = importProfile(profile, architecture, { caps: new Set(), kernel: [6, 1] })
  return compile(merge(architecture, [policy]))
}

function actionOf(value: number): { readonly action: string; readonly errnoRet?: number } {
  const data = value & 0xffff
  const name = ACTIONS.get((value - data) >>> 0)
  const hasData = name === 'ERRNO' || name === 'TRACE'
  return { action: `SCMP_ACT_${name}`, ...(hasData && { errnoRet: data }) }
}

interface Asked {
  readonly calls: ReadonlyMap<string, string>
  /** What the filter has rules for. */
  readonly named: ReadonlySet<string>
  readonly ours: Program
  readonly point: Point
}

function compareOne(
  architecture: Architecture,
  { calls, named, ours, point }: Asked,
  found: Found,
) {
  const { audit, table, endian } = architecture
  const name = calls.get(point.call) ?? point.call
  // A profile names calls, so it has no rule for this number.
  if (name === '-1') return
  // As libseccomp's runner resolves it: to the call that is made.
  const by = multiplexerOf(name)?.by ?? ''
  const number = table.numbers[by] ?? table.numbers[name] ?? Number(name)
  found.points++
  const { value } = simulate(ours, { audit, number, args: point.args }, endian)
  if (value === point.value) return
  const excuse = (why: Reason) => found.excused.set(why, (found.excused.get(why) ?? 0) + 1)
  const numbers = Array.from(named, each => table.numbers[each] ?? 0)
  const isKnown = Object.values(table.numbers).includes(number)
  const isNew = !isKnown || number > Math.max(...numbers)
  const [action, theirs] = [value & 0xffff0000, point.value & 0xffff0000]
  if (value === ENOSYS && isNew && point.value !== 0x7fff0000) excuse('no such call')
  else if (action === theirs && action === TRACE) excuse('a message for the tracer')
  else if (value === EPERM && point.value === ERRNO) excuse('an error without a name')
  else {
    found.different.push(
      `${architecture.name} ${point.test} ${point.call}(${point.args.join()}): ` +
        `${value.toString(16)}, not ${point.value.toString(16)}`,
    )
  }
}
