import type { Path, Report } from '../errors.ts'
import type { Secrets } from './source/secrets.ts'

/** Reports credentials in settings that are shown: in the policy, and in the type or id of a plugin. */
export function reportMisplaced(secrets: Secrets, report: Report): void {
  for (const path of secrets.paths.filter(isShown)) {
    const message = 'must not come from a credential: it is shown in the log and by commands'
    report(path, message, message)
  }
}

function isShown([section, ...rest]: Path): boolean {
  if (section === 'beats') {
    const [, key, ...below] = rest
    return key === 'processors' ? isType(below, 3) : key === 'type' || key === 'id'
  }
  return (
    section === 'seccomp' ||
    (section === 'output' && isType(rest, 2)) ||
    (section === 'processors' && isType(rest, 3))
  )
}

function isType(path: Path, length: number): boolean {
  return path.length === length && path.at(-1) === 'type'
}
