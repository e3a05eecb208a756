import { endianness } from 'node:os'
import {
  type Architecture,
  architectureOf,
  loadArchitecture,
} from '../../lib/seccomp/architectures/architecture.ts'
import { compile } from '../../lib/seccomp/compiler/compile.ts'
import { encode, type Program } from '../../lib/seccomp/compiler/program.ts'
import { installProgram } from '../../lib/seccomp/kernel/kernel.ts'
import { type EffectivePolicy, merge } from '../../lib/seccomp/policy/merge.ts'
import type { Policy, Rule } from '../../lib/seccomp/policy/policy.ts'

/** A policy that is compiled for the kernel of this machine. */
export interface Compiled {
  readonly architecture: Architecture
  readonly policy: EffectivePolicy
  readonly program: Program
}

export async function runningArchitecture(): Promise<Architecture> {
  const name = architectureOf(process.arch, endianness())
  if (!name) throw new Error(`${process.arch} has no table`)
  return loadArchitecture(name)
}

export async function compiled(layer: Policy): Promise<Compiled> {
  const architecture = await runningArchitecture()
  const policy = merge(architecture, [layer])
  return { architecture, policy, program: compile(policy) }
}

/** A policy that allows everything except by these rules. */
export function blacklist(rules: readonly Omit<Rule, 'origin'>[]): Policy {
  return {
    defaultAction: 'allow',
    defaultOrigin: 'conformance',
    rules: rules.map(rule => ({ ...rule, origin: 'conformance' })),
  }
}

/** @throws Error if the kernel rejects the program */
export function install({ architecture, program }: Pick<Compiled, 'architecture' | 'program'>) {
  const { error } = installProgram(encode(program, architecture.endian), { log: false })
  if (error) throw new Error(error)
}
