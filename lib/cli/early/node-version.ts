import { AgentError } from '../../errors.ts'

/** The oldest supported version, as in `engines` of package.json, which npm only warns about. */
const OLDEST = [20, 19] as const

/** @throws AgentError `OPEN_FAILED` under an older Node, which would fail elsewhere with an unclear error */
export function requireNode(version: string, executable = process.execPath): void {
  const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number)
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return
  throw new AgentError(
    'OPEN_FAILED',
    `Node.js ${OLDEST.join('.')} or later is required, but this is ${version} (${executable}): put a ` +
      'newer one first in PATH',
  )
}
