// `diagnosed.js`: makes denied calls on every kind of thread under a policy with `diagnose`, and prints
// their results and the recorded denials. `diagnosed.js urgent`: denies a call that Node needs.
import { mkdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { endianness } from 'node:os'
import { Worker } from 'node:worker_threads'
import {
  type ArchitectureName,
  architectureOf,
} from '../../lib/seccomp/architectures/architecture.ts'
import { denials, takeDenials } from '../../lib/seccomp/kernel/denials.ts'
import { restartWithoutIoUring } from '../../lib/seccomp/kernel/restart.ts'
import { enterSandbox, planSandbox } from '../../lib/seccomp/kernel/stage.ts'
import type { Rule } from '../../lib/seccomp/policy/policy.ts'
import { numberOf } from '../answering.ts'
import { codeOf } from '../code-of.ts'
import { probe } from '../probe.ts'

// Node 22 and later open an io_uring, and none may be open behind a filter.
restartWithoutIoUring()

const name: ArchitectureName = architectureOf(process.arch, endianness()) ?? 'amd64'
const urgent = process.argv[2] === 'urgent'

function attempt(folder: string): string {
  try {
    mkdirSync(folder)
    return 'done'
  } catch (error) {
    return codeOf(error)
  }
}

function deny(call: string, errno: 'EPERM' | 'EACCES', conditions: Rule['conditions'] = []): Rule {
  return { name: call, conditions, verdict: { action: 'errno', errno }, origin: 'test' }
}

const raw = { argument: 1, operation: 'MaskedEqual', value: 3n, mask: 0xfn } as const
const rules = urgent
  ? [deny('uname', 'EPERM')]
  : [
      deny(name === 'amd64' ? 'mkdir' : 'mkdirat', 'EACCES'),
      deny('socket', 'EPERM', [raw]),
      deny('ptrace', 'EPERM'),
      deny('clone3', 'EPERM'),
    ]
const policy = { defaultAction: 'allow', defaultOrigin: 'test', rules } as const
const config = {
  enabled: true,
  required: true,
  log: false,
  diagnose: true,
  late_libraries: 'allow',
  mode: 'replace',
} as const
// A program started under `diagnose` would not survive, so the policy must deny starting any.
const noPrograms = ['execve', 'execveat'].map(each => deny(each, 'EPERM'))
const plan = await planSandbox(
  { ...config, policy: { ...policy, rules: [...rules, ...noPrograms] } },
  { needs: [] },
)

const ptrace = await numberOf('ptrace')
const socket = await numberOf('socket')
const uname = await numberOf('uname')
const thread = new probe.Thread()
const worker = new Worker(new URL('./diagnosed-worker.js', import.meta.url))
await new Promise(resolve => worker.once('message', resolve))
await mkdir('/').catch(() => undefined)

const outcome = enterSandbox(plan)
if (outcome.state !== 'installed') throw new Error(JSON.stringify(outcome))
if (urgent) probe.syscall(uname, 0)
else {
  const main = attempt('/denied-main')
  const first = takeDenials()
  const onMain = probe.syscall(socket, 2, 3, 255)
  const afterMain = takeDenials()
  const allowed = probe.syscall(socket, 1, 1, 0).errno
  const pool = await mkdir('/denied-pool').then(() => 'made', codeOf)
  const afterPool = takeDenials()
  worker.postMessage('go')
  const byWorker = await new Promise(resolve => worker.once('message', resolve))
  const afterWorker = takeDenials()
  const pthread = thread.call(ptrace, 0, 0, 0, 0)
  for (let at = 0; at < 100_000; at++) probe.syscall(ptrace, 77, at, 0xdeadbeefn)
  const afterMany = takeDenials()
  const report = {
    outcome,
    pid: process.pid,
    thread: thread.id,
    results: { main, onMain, allowed, pool, byWorker, pthread },
    denials: { first, afterMain, afterPool, afterWorker, afterMany, last: takeDenials() },
    totals: Object.fromEntries(denials()),
  }
  const plain = (_: string, value: unknown) =>
    typeof value === 'bigint' ? `0x${value.toString(16)}` : value
  console.log(JSON.stringify(report, plain))
}
process.exit(0)
