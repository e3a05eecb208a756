import { formatPath } from '../../errors.ts'
import type { ArchitectureName } from '../architectures/architecture.ts'
import type { Policy } from './policy.ts'
import { parseSeccompSection } from './section.ts'

/** The default policies are data in the very format that users write; this loads just one. */
const SECTIONS: { readonly [A in ArchitectureName]?: () => Promise<{ section: unknown }> } = {
  amd64: () => import('../architectures/defaults/amd64.ts'),
  '386': () => import('../architectures/defaults/386.ts'),
  arm64: () => import('../architectures/defaults/arm64.ts'),
  arm: () => import('../architectures/defaults/arm.ts'),
  riscv64: () => import('../architectures/defaults/riscv64.ts'),
  ppc64le: () => import('../architectures/defaults/ppc64le.ts'),
  s390x: () => import('../architectures/defaults/s390x.ts'),
  loong64: () => import('../architectures/defaults/loong64.ts'),
}

/** The whitelist that comes with the agent (S5); undefined where an architecture has none. */
export async function builtinPolicy(name: ArchitectureName): Promise<Policy | undefined> {
  const load = SECTIONS[name]
  if (!load) return undefined
  const { section } = await load()
  const refuse = (path: readonly (string | number)[], message: string) => {
    throw new TypeError(`the default policy of ${name}: ${formatPath(path)}: ${message}`)
  }
  return parseSeccompSection(section, refuse, () => `default ${name}`).policy
}
