import { landlockSupport } from '../../lib/sandbox/ruleset.ts'
import { skip } from '../live.ts'

/** For `before(needsLandlock)`: skips where the kernel has none, and says so. */
export function needsLandlock(this: Mocha.Context): void {
  const support = landlockSupport()
  if (!support.available) skip(this, `no Landlock: ${support.reason}`)
}
