// `numbers.js unfiltered`: records the results, without a filter, of the calls that the default policy
// allows, with -1 in each argument.
// `numbers.js default|patchwork <those results>`: tries every number of the table and others, under the
// default policy or under one that gives each call denied by the default another error.
import { writeSync } from 'node:fs'
import { ERRNO } from '../../../lib/seccomp/architectures/errno.ts'
import { simulate } from '../../../lib/seccomp/compiler/simulate.ts'
import { restartWithoutIoUring } from '../../../lib/seccomp/kernel/restart.ts'
import { probe } from '../../probe.ts'
import { install } from '../compiled.ts'
import { defaultPolicy, patchwork } from '../default-policy.ts'
import { comesBack, deniedWords, isExempt, minusOnes, unknownNumbers } from '../sweep.ts'

interface Attempt {
  readonly name: string
  readonly number: number
  readonly args: readonly bigint[]
  /** The errno. */
  readonly expected: number
}

/** SECCOMP_RET_ERRNO of linux/seccomp.h: the lower half is the error. */
const RET_ERRNO = 0x00050000

restartWithoutIoUring()
const [mode = '', unfiltered = '[]'] = process.argv.slice(2)
const ready = await (mode === 'patchwork' ? patchwork() : defaultPolicy())
const { architecture, policy, program } = ready
const known = policy.decisions.filter(({ name }) => !isExempt(name))
const unknown = unknownNumbers(architecture).map(number => ({ name: 'none', number, rules: [] }))
const ones = minusOnes(architecture)
const letThrough = known.filter(
  call => denial(call.number, ones) === undefined && comesBack(call.name),
)

if (mode === 'unfiltered') {
  writeSync(1, JSON.stringify(letThrough.map(({ number }) => [number, answer(number, ones)])))
} else {
  const before = new Map<number, number>(JSON.parse(unfiltered))
  const attempts = [
    ...letThrough.map(call => ({ ...call, args: ones, expected: before.get(call.number) ?? -1 })),
    ...[...known, ...unknown].flatMap(call =>
      [ones, ...deniedWords(architecture, call.rules)].flatMap(args => {
        const expected = denial(call.number, args)
        return expected === undefined ? [] : [{ ...call, args, expected }]
      }),
    ),
  ]
  install(ready)
  const wrong = attempts.flatMap(disagreement)
  writeSync(1, JSON.stringify({ tried: attempts.length, wrong }))
}
process.exit(0)

/** The error with which the filter denies a call, if it does. */
function denial(number: number, args: readonly bigint[]): number | undefined {
  const { value } = simulate(
    program,
    { audit: architecture.audit, number, args },
    architecture.endian,
  )
  return (value & 0xffff0000) === RET_ERRNO ? value & 0xffff : undefined
}

function answer(number: number, args: readonly bigint[]): number {
  // If the call ends the process, this line names it.
  writeSync(2, `${number}\n`)
  return probe.syscall(number, ...args).errno
}

function disagreement({ name, number, args, expected }: Attempt): readonly string[] {
  const errno = answer(number, args)
  if (errno === expected) return []
  const words = args.map(word => word.toString(16)).join(' ')
  return [`${name} (${number}) ${words}: ${nameOf(errno)}, not ${nameOf(expected)}`]
}

function nameOf(errno: number): string {
  return Object.entries(ERRNO).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`
}
