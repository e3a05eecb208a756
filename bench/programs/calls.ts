// Nanoseconds per system call, with or without the default filter: `calls.js filter|none`.
import { endianness } from 'node:os'
import { architectureOf, loadArchitecture } from '../../lib/seccomp/architectures/architecture.ts'
import { enterSandbox, planSandbox } from '../../lib/seccomp/kernel/stage.ts'
import { probe } from '../../test/probe.ts'

const CALLS = 100_000
const ROUNDS = 7
const name = architectureOf(process.arch, endianness())
if (!name) throw new Error(`no table for ${process.arch}`)
const { table } = await loadArchitecture(name)

if (process.argv[2] === 'filter') {
  const config = {
    enabled: true,
    required: true,
    diagnose: false,
    late_libraries: 'allow',
    log: false,
    mode: 'extend',
    policy: undefined,
  } as const
  const outcome = enterSandbox(await planSandbox(config, { needs: [] }))
  if (outcome.state !== 'installed') throw new Error(JSON.stringify(outcome))
}

/** The time of the fastest round, as other work on the machine can only slow a round down. */
function cost(call: string, ...args: readonly number[]): number {
  const number = table.numbers[call]
  if (number === undefined) throw new Error(`no ${call}`)
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = process.hrtime.bigint()
    for (let at = 0; at < CALLS; at++) probe.syscall(number, ...args)
    return Number(process.hrtime.bigint() - start) / CALLS
  })
  return Math.min(...rounds)
}

console.log(
  JSON.stringify({
    allowed: cost('getppid'),
    checked: cost('kill', process.pid, 0),
    // Without a filter the kernel rejects this call too, because of its arguments.
    denied: cost('ptrace', -1, 0, 0, 0),
  }),
)
