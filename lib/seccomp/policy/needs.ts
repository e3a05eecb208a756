import type { Architecture } from '../architectures/architecture.ts'
import type { Policy } from './policy.ts'

/**
 * The needs that apply to this architecture. A beat is written once for all architectures and may list
 * `statfs64` beside `statfs`, so names that only other architectures have are dropped. A name that no
 * architecture has is kept, because it is an error that has to be reported.
 */
export async function needsHere<Need extends { readonly names: readonly string[] }>(
  { table }: Architecture,
  needs: readonly Need[],
): Promise<readonly Need[]> {
  const isHere = (name: string) => Object.hasOwn(table.numbers, name)
  if (needs.every(({ names }) => names.every(isHere))) return needs
  const { SINCE } = await import('../architectures/tables/since.ts')
  return needs.map(need => {
    return {
      ...need,
      names: need.names.filter(name => isHere(name) || !Object.hasOwn(SINCE, name)),
    }
  })
}

/**
 * The policy without the rules that need not exist (`must_exist: false`) and whose calls only other
 * architectures have. A name that no architecture has is kept, as above.
 */
export async function rulesHere({ table }: Architecture, policy: Policy): Promise<Policy> {
  const isHere = (name: string) => Object.hasOwn(table.numbers, name)
  if (policy.rules.every(({ name, mustExist }) => mustExist !== false || isHere(name))) {
    return policy
  }
  const { SINCE } = await import('../architectures/tables/since.ts')
  return {
    ...policy,
    rules: policy.rules.filter(
      ({ name, mustExist }) => mustExist !== false || isHere(name) || !Object.hasOwn(SINCE, name),
    ),
  }
}
