// `allowing.js NAME,… PROGRAM ARGUMENT…`: runs the program behind a filter that allows these calls alone and
// answers EPERM to every other, as systemd's SystemCallFilter= does.
import { spawnSync } from 'node:child_process'
import { endianness } from 'node:os'
import {
  architectureOf,
  loadArchitecture,
} from '../../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../../lib/seccomp/compiler/compile.ts'
import { encode } from '../../../lib/seccomp/compiler/program.ts'
import { merge } from '../../../lib/seccomp/policy/merge.ts'
import { numberOf } from '../../answering.ts'
import { probe } from '../../probe.ts'
import { policy } from '../../seccomp/policy/policies.ts'

const PR_SET_NO_NEW_PRIVS = 38
const SECCOMP_SET_MODE_FILTER = 1

const [names = '', program = '', ...args] = process.argv.slice(2)
const name = architectureOf(process.arch, endianness())
if (!name) throw new Error(`no such architecture: ${process.arch}`)
const architecture = await loadArchitecture(name)
const allowed = { action: 'allow', names: names.split(',') }
const outer = merge(architecture, [policy({ default_action: 'errno', syscalls: [allowed] })])
const filter = encode(compile(outer), architecture.endian)
probe.syscall(await numberOf('prctl'), PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
probe.syscall(await numberOf('seccomp'), SECCOMP_SET_MODE_FILTER, 0, probe.fprog(filter))
process.exit(spawnSync(program, args, { stdio: 'inherit' }).status ?? 1)
