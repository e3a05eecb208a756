import type { Architecture } from '../architectures/architecture.ts'
import type { Need } from './layers.ts'

/**
 * What is needed here: a beat is written once for all architectures and may name `statfs64` beside
 * `statfs`, so that a name which only others have is none of an amd64 machine's business. A name that
 * no architecture has is kept, for the error that it is.
 */
export async function needsHere(
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
