import type { Path } from '../../../lib/errors.ts'
import { formatPath } from '../../../lib/errors.ts'
import type { Policy } from '../../../lib/seccomp/policy/policy.ts'
import { parseSeccompSection, type SeccompConfig } from '../../../lib/seccomp/policy/section.ts'

/** Parses a section as a test writes it; a problem fails the test with all of them. */
export function section(value: unknown, origin = 'test'): SeccompConfig {
  const { config, problems } = parsed(value, origin)
  if (problems.length > 0) throw new TypeError(problems.join('\n'))
  return config
}

/** The policy of a section that has one. */
export function policy(value: unknown, origin = 'test'): Policy {
  const found = section(value, origin).policy
  if (!found) throw new TypeError('the section has no rules')
  return found
}

/** Parses a section, with its problems as `path: message`. */
export function parsed(
  value: unknown,
  origin = 'test',
): { readonly config: SeccompConfig; readonly problems: readonly string[] } {
  const problems: string[] = []
  const report = (path: Path, message: string) => problems.push(`${formatPath(path)}: ${message}`)
  const config = parseSeccompSection(value, report, () => origin)
  return { config, problems }
}

/** The specification's own example (S6). */
export const BLACKLIST = {
  default_action: 'allow',
  syscalls: [{ action: 'errno', names: ['execve', 'execveat', 'fork', 'vfork'] }],
}
