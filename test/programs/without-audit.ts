// `without-audit.js ERRNO PROGRAM ARGUMENT…`: runs the program under a filter that denies sockets of the
// audit log with ERRNO, like a kernel without auditing or a unit's RestrictAddressFamilies=.
import { spawnSync } from 'node:child_process'
import { loadArchitecture } from '../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../lib/seccomp/compiler/compile.ts'
import { encode } from '../../lib/seccomp/compiler/program.ts'
import { installProgram } from '../../lib/seccomp/kernel/kernel.ts'
import { merge } from '../../lib/seccomp/policy/merge.ts'

const [answer = '', program = '', ...args] = process.argv.slice(2)
const errno = answer === 'EAFNOSUPPORT' ? 'EAFNOSUPPORT' : 'EPROTONOSUPPORT'
const isEqual = (argument: number, value: bigint) =>
  ({ argument, operation: 'Equal', value }) as const
const rule = {
  name: 'socket',
  conditions: [isEqual(0, 16n), isEqual(2, 9n)], // AF_NETLINK, NETLINK_AUDIT: linux/netlink.h
  verdict: { action: 'errno', errno },
  origin: 'answer',
} as const
const policy = { defaultAction: 'allow', defaultOrigin: 'answer', rules: [rule] } as const
const merged = merge(await loadArchitecture('amd64'), [policy])
const { error } = installProgram(encode(compile(merged), 'little'), { log: false })
if (error) throw new Error(error)
process.exit(spawnSync(program, args, { stdio: 'inherit' }).status ?? 1)
