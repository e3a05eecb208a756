import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { addonFile } from '../../../lib/addon.ts'
import type { Architecture } from '../../../lib/seccomp/architectures/architecture.ts'
import type { Program } from '../../../lib/seccomp/compiler/program.ts'
import type { Condition } from '../../../lib/seccomp/policy/policy.ts'
import { decode } from './decode.ts'

/** A policy in terms that both compilers share; verdicts are `SECCOMP_RET_*` values with their data. */
export interface SharedPolicy {
  readonly otherwise: number
  readonly rules: readonly SharedRule[]
}

export interface SharedRule {
  readonly name: string
  readonly value: number
  readonly conditions: readonly Condition[]
}

/** libseccomp's programs for a policy: with a linear search for the number, and with a binary tree. */
export interface ReferencePrograms {
  readonly linear: Program
  readonly tree: Program
}

/** `SCMP_ARCH_X86_64` → `x86_64`, as seccomp_arch_resolve_name(3) knows it. */
function theirName({ names }: Architecture): string {
  return names.scmp.replace('SCMP_ARCH_', '').toLowerCase()
}

const ROOT = dirname(dirname(dirname(addonFile('probe'))))
const SOURCE = join(ROOT, 'test/seccomp/libseccomp/reference.c')
const BINARY = join(ROOT, '.cache/libseccomp/reference')

/** Compiles reference.c, if that is not done yet. Returns the reason if it can't be compiled. */
export function referenceProblem(): string | undefined {
  if (existsSync(BINARY) && statSync(BINARY).mtimeMs > statSync(SOURCE).mtimeMs) return undefined
  mkdirSync(dirname(BINARY), { recursive: true })
  const args = ['-O1', '-Wall', '-Wextra', '-Werror', '-o', BINARY, SOURCE, '-lseccomp']
  const { status, error, stderr } = spawnSync('cc', args, { encoding: 'utf8' })
  if (status === 0) return undefined
  const [reason] = (error?.message ?? stderr).split('\n')
  return `libseccomp can't be used (Debian's libseccomp-dev): ${reason}`
}

/**
 * The names that have the same number in libseccomp, whose tables may be older, and no multiplexer: where
 * one exists, libseccomp adds a rule for it as well. Undefined if libseccomp does not know the
 * architecture.
 */
export function sharedNames(architecture: Architecture): readonly string[] | undefined {
  const { table } = architecture
  const names = Object.keys(table.numbers)
  const theirs = theirNumbers(architecture, names)
  if (!theirs) return undefined
  const multiplexed = Object.hasOwn(table.numbers, 'socketcall') ? MULTIPLEXED : /^$/
  return names.filter((each, at) => {
    return theirs[at] === table.numbers[each] && !multiplexed.test(each)
  })
}

/** The names that libseccomp has a rule for: those with the same number, and those of the multiplexers. */
export function knownNames(architecture: Architecture): ReadonlySet<string> {
  const { table } = architecture
  const names = Object.keys(table.numbers)
  const theirs = theirNumbers(architecture, names) ?? []
  const multiplexed = Object.hasOwn(table.numbers, 'socketcall') ? MULTIPLEXED : /^$/
  return new Set(
    names.filter((each, at) => theirs[at] === table.numbers[each] || multiplexed.test(each)),
  )
}

function theirNumbers(
  architecture: Architecture,
  names: readonly string[],
): readonly number[] | undefined {
  const [known, numbers = ''] = ask([`arch ${theirName(architecture)}`, `names ${names.join(' ')}`])
  return known === 'known' ? numbers.trim().split(' ').map(Number) : undefined
}

const MULTIPLEXED =
  /^(ipc|socketcall|socket(pair)?|bind|connect|listen|accept4?|get(sock|peer)name|(get|set)sockopt|shutdown|(send|recv)(|to|from|m?msg)|sem(op|get|ctl|timedop)|msg(snd|rcv|get|ctl)|shm(at|dt|get|ctl))(_time64)?$/

/** The programs in the order of `policies`. */
export function referencePrograms(
  architecture: Architecture,
  policies: readonly SharedPolicy[],
): readonly ReferencePrograms[] {
  const arch = `arch ${theirName(architecture)}`
  const commands = policies.flatMap(policy => [arch, ...commandsOf(policy)])
  const programs = ask(commands)
    .filter(line => line !== 'known')
    .map(line => decode(Buffer.from(line, 'hex'), architecture.endian))
  return policies.map((_, at) => {
    const [linear, tree] = programs.slice(2 * at)
    if (!linear || !tree) throw new RangeError(`no programs for policy ${at}`)
    return { linear, tree }
  })
}

/** libseccomp refuses a rule that says of some calls of another one something else (EEXIST). */
export class RefusedRules extends Error {}

function commandsOf({ otherwise, rules }: SharedPolicy): readonly string[] {
  const lines = rules.map(({ name, value, conditions }) =>
    ['rule', name, value.toString(16), ...conditions.flatMap(wordsOf)].join(' '),
  )
  return [`default ${otherwise.toString(16)}`, ...lines, 'export']
}

function wordsOf({ argument, operation, value, mask = 0n }: Condition): readonly string[] {
  return [String(argument), operation, value.toString(16), mask.toString(16)]
}

function ask(commands: readonly string[]): readonly string[] {
  const { status, error, stdout, stderr } = spawnSync(BINARY, {
    input: `${commands.join('\n')}\n`,
    timeout: 60_000,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  if (error) throw error
  if (stderr.includes('File exists')) throw new RefusedRules(stderr)
  if (status !== 0) throw new Error(`${BINARY}: ${stderr}`)
  return stdout.trim().split('\n')
}
