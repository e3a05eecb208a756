import { formatPath } from '../../errors.ts'
import { type ArchitectureName, recordOf } from '../architectures/architecture.ts'
import type { Policy } from './policy.ts'
import { parseSeccompSection } from './section.ts'

/**
 * Loads the whitelist that comes with the agent (S5). It is data in the format that users write.
 * Undefined if an architecture has none.
 */
export async function builtinPolicy(name: ArchitectureName): Promise<Policy | undefined> {
  const load = recordOf(name).policy
  if (!load) return undefined
  const { section } = await load()
  const refuse = (path: readonly (string | number)[], message: string) => {
    throw new TypeError(`the default policy of ${name}: ${formatPath(path)}: ${message}`)
  }
  return parseSeccompSection(section, refuse, () => `default ${name}`).policy
}
