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
    return key === 'processors' ? isTypeOfProcessor(below) : key === 'type' || key === 'id'
  }
  return (
    section === 'seccomp' ||
    (section === 'output' && isType(rest)) ||
    (section === 'processors' && isTypeOfProcessor(rest))
  )
}

/** `[0, 'then', 1, 'mine', 'type']`; `then` and `else` may also have one processor without a list. */
function isTypeOfProcessor(path: Path): boolean {
  const [first, ...below] = path
  const isAbove = typeof first === 'number' || first === 'then' || first === 'else'
  return isAbove ? isTypeOfProcessor(below) : isType(path)
}

function isType(path: Path): boolean {
  return path.length === 2 && path[1] === 'type'
}
