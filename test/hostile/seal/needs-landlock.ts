import { landlockSupport } from '../../../lib/sandbox/ruleset.ts'
import { needsIsolation, skip } from '../../live.ts'

/** For `before(needsLandlock)`: skips where no agent can enter a domain, or may be tried in isolation. */
export function needsLandlock(this: Mocha.Context): void {
  needsIsolation.call(this)
  const support = landlockSupport()
  if (!support.available) skip(this, `no Landlock: ${support.reason}`)
}
