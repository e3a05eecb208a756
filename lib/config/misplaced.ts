import type { Path, Report } from '../errors.ts'
import type { Secrets } from './source/secrets.ts'

/** A credential where the value is there to be shown: in the policy, or as what a beat is called. */
export function reportMisplaced(secrets: Secrets, report: Report): void {
  for (const path of secrets.paths.filter(isShown)) {
    const message = 'may not come from a credential: it is shown in the log and by commands'
    report(path, message, message)
  }
}

function isShown([section, , key]: Path): boolean {
  return section === 'seccomp' || (section === 'beats' && (key === 'type' || key === 'id'))
}
