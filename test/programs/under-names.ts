// `under-names.js NAMES PROGRAM ARGUMENT…`: runs the program under a filter that allows only these names
// (separated by commas), as systemd does for a service with SystemCallFilter=.
import { spawnSync } from 'node:child_process'
import { loadArchitecture } from '../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../lib/seccomp/compiler/compile.ts'
import { encode } from '../../lib/seccomp/compiler/program.ts'
import { installProgram } from '../../lib/seccomp/kernel/kernel.ts'
import { merge } from '../../lib/seccomp/policy/merge.ts'

const [names = '', program = '', ...args] = process.argv.slice(2)
const architecture = await loadArchitecture('amd64')
const rules = names.split(',').map(name => {
  return { name, conditions: [], verdict: { action: 'allow' }, origin: 'names' } as const
})
const policy = { defaultAction: 'errno', defaultOrigin: 'names', rules } as const
const { error } = installProgram(encode(compile(merge(architecture, [policy])), 'little'), {
  log: false,
})
if (error) throw new Error(error)
process.exit(spawnSync(program, args, { stdio: 'inherit' }).status ?? 1)
