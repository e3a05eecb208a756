import type { Find } from '../finding.ts'
import { type MapTree, mergeMaps, type Tree } from './tree.ts'

/** Merges a later file: its `beats` are added to those of the files before, and for the rest the later value wins. */
export function mergeFile(base: MapTree, later: MapTree, find: Find): MapTree {
  const merged = mergeMaps(base, later)
  const [known, added] = [base.entries.get('beats'), later.entries.get('beats')]
  if (known === undefined || added === undefined || isNothing(known)) return merged
  const withBeats = (beats: Tree) => ({
    ...merged,
    entries: new Map(merged.entries).set('beats', beats),
  })
  if (isNothing(added)) return withBeats(known)
  const wrong = [known, added].find(({ kind }) => kind !== 'list')
  if (known.kind === 'list' && added.kind === 'list') {
    return withBeats({ ...known, items: [...known.items, ...added.items] })
  }
  // The list goes on, and neither value hides the other.
  if (wrong !== undefined) find(wrong.at, ['beats'], 'must be a list: each file adds to it')
  return wrong === added ? withBeats(known) : merged
}

function isNothing(tree: Tree): boolean {
  return tree.kind === 'scalar' && tree.value === null
}
