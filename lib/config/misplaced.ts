import type { Path, Report } from '../errors.ts'
import type { Secrets } from './source/secrets.ts'

/** Reports credentials in settings that are shown: in the policy, and in the type or id of a beat. */
export function reportMisplaced(secrets: Secrets, report: Report): void {
  for (const path of secrets.paths.filter(isShown)) {
    const message = 'must not come from a credential: it is shown in the log and by commands'
    report(path, message, message)
  }
}

function isShown([section, , key]: Path): boolean {
  return section === 'seccomp' || (section === 'beats' && (key === 'type' || key === 'id'))
}
