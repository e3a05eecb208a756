import type { Path, Report } from '../../errors.ts'
import { reportConflicts } from './conflicts.ts'
import { ACTIONS, type Policy, PRECEDENCES } from './policy.ts'
import { flag, type Keys, listOf, mapWith, oneOf, type Read } from './read.ts'
import { readGroup } from './section-group.ts'

/** The parsed `seccomp:` section of beat.yml. */
export interface SeccompConfig {
  /** Whether a filter is installed at all (S7). */
  readonly enabled: boolean
  /** Whether the agent refuses to run without a filter (exit code 77). */
  readonly required: boolean
  /** Whether denials are audited: SECCOMP_FILTER_FLAG_LOG. */
  readonly log: boolean
  /** Whether the agent itself detects and logs its denied calls. */
  readonly diagnose: boolean
  /** Whether native libraries may still be loaded under the filter. */
  readonly late_libraries: LateLibraries
  /** Whether the rules extend the built-in policy or replace it. */
  readonly mode: Mode
  /** Undefined if the user wrote no rules: only the default policy applies then. */
  readonly policy: Policy | undefined
}

const MODES = ['extend', 'replace'] as const
type Mode = (typeof MODES)[number]

const LATE_LIBRARIES = ['allow', 'refuse'] as const
type LateLibraries = (typeof LATE_LIBRARIES)[number]

const KEYS: Keys = [
  ...['enabled', 'required', 'log', 'diagnose', 'late_libraries'],
  ...['mode', 'precedence', 'default_action', 'syscalls'],
]

/**
 * Parses the section. `report` receives every problem with its full path (`seccomp`, …). `originOf`
 * returns the place where a path was written (`beat.yml:14`); each rule carries it. Names are not
 * looked up here: whether a name exists depends on the architecture and is not an error of form (S10).
 */
export function parseSeccompSection(
  value: unknown,
  report: Report,
  originOf: (path: Path) => string,
): SeccompConfig {
  const path = ['seccomp']
  const section = mapWith(KEYS)(value ?? {}, path, report) ?? {}
  const read = <T>(key: string, as: Read<T>): T | undefined =>
    section[key] === undefined ? undefined : as(section[key], [...path, key], report)
  const mode = read('mode', oneOf(MODES)) ?? 'extend'
  return {
    enabled: read('enabled', flag) ?? true,
    required: read('required', flag) ?? false,
    log: read('log', flag) ?? true,
    diagnose: read('diagnose', flag) ?? false,
    late_libraries: read('late_libraries', oneOf(LATE_LIBRARIES)) ?? 'allow',
    mode,
    policy: parsePolicy(section, mode, report, originOf),
  }
}

/** S8 and S9. `syscalls` requires `default_action`; `mode: replace` requires both. */
function parsePolicy(
  section: Readonly<Record<string, unknown>>,
  mode: Mode,
  report: Report,
  originOf: (path: Path) => string,
): Policy | undefined {
  const { default_action: action, precedence: order, syscalls } = section
  const isWritten = [action, order, syscalls].some(each => each !== undefined)
  const needed = isWritten || mode === 'replace'
  if (!needed) return undefined
  const at = (key: string): Path => ['seccomp', key]
  if (action === undefined)
    report(at('default_action'), `is required: one of ${ACTIONS.join(', ')}`)
  if (syscalls === undefined && mode === 'replace')
    report(at('syscalls'), 'is required with mode: replace')
  const defaultAction =
    action === undefined ? undefined : oneOf(ACTIONS)(action, at('default_action'), report)
  const groups =
    syscalls === undefined ? [] : listOf(readGroup(originOf))(syscalls, at('syscalls'), report)
  const rules = groups?.flat() ?? []
  const precedence =
    order === undefined ? undefined : oneOf(PRECEDENCES)(order, at('precedence'), report)
  reportConflicts(rules, precedence, report)
  if (defaultAction === undefined) return undefined
  return {
    defaultAction,
    defaultOrigin: originOf(at('default_action')),
    ...(precedence && { precedence }),
    rules: rules.map(({ rule }) => rule),
  }
}
