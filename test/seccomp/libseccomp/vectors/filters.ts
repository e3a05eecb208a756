import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { exact, type RawProfile } from '../profiles.ts'

/** The filter that one of libseccomp's tests makes, as a profile can say it. */
export interface Filter {
  readonly defaultAction: number
  /** `AUDIT_ARCH_*` of each architecture that the test adds; 0 is the native one. */
  readonly architectures: ReadonlySet<number>
  readonly rules: readonly FilterRule[]
}

export interface FilterRule {
  /** The name on amd64, or the number as text if no call there has it. */
  readonly call: string
  readonly action: number
  readonly args: NonNullable<RawProfile['syscalls'][number]['args']>
}

/** The order of libseccomp's `enum scmp_compare`, from 1 on. */
const OPERATIONS = ['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'] as const

/** Compiles the recorder of filters; `filterOf` links it to libseccomp's tests. */
export function compileRecorder(source: string, folder: string): string {
  mkdirSync(folder, { recursive: true })
  const object = join(folder, 'recorder.o')
  run('cc', ['-O1', '-Wall', '-Wextra', '-Werror', '-c', source, '-o', object])
  return object
}

/**
 * Runs a test of libseccomp whose filter is recorded instead of made. Undefined if no profile can say what
 * it makes: two filters that are joined.
 */
export function filterOf(recorder: string, tests: string, name: string): Filter | undefined {
  const program = `${recorder}.${name}`
  run('cc', ['-w', `-I${tests}`, join(tests, `${name}.c`), recorder, '-lseccomp', '-o', program])
  // Some end with an error, as they expect one of libseccomp; what they have said until then counts.
  const { stdout } = spawnSync(program, { encoding: 'utf8', timeout: 60_000 })
  const lines = stdout.trim().split('\n')
  if (lines.includes('merged')) return undefined
  const last = lines.findLastIndex(line => line.startsWith('default '))
  const architectures = new Set([0])
  for (const [, what, token] of stdout.matchAll(/^(add|remove) (\S+)$/gm)) {
    const audit = Number.parseInt(token ?? '', 16)
    if (what === 'add') architectures.add(audit)
    else architectures.delete(audit)
  }
  const rules = lines.slice(last).filter(line => line.startsWith('rule '))
  const defaultAction = Number.parseInt(lines[last]?.split(' ')[1] ?? '', 16)
  return { defaultAction, architectures, rules: rules.map(ruleOf) }
}

function ruleOf(line: string): FilterRule {
  const [, call = '', action = '', ...words] = line.split(' ')
  const args = Array.from({ length: words.length / 4 }, (_, at) => {
    const [index, op, value = '', valueTwo = ''] = words.slice(4 * at, 4 * at + 4)
    return {
      index: Number(index),
      op: `SCMP_CMP_${OPERATIONS[Number(op) - 1]}`,
      value: exact(BigInt(value)),
      valueTwo: exact(BigInt(valueTwo)),
    }
  })
  return { call, action: Number.parseInt(action, 16), args }
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 60_000 })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`)
}
