// Why the server does not take single events, although others of the same request went well: it is not about these
// events, so that they wait, and somebody has to be told what they wait for.

import { type Item, isFinal, isTaken } from './bulk.ts'

interface RefusedForNow {
  /** `index_not_found_exception (HTTP 404)`. */
  readonly what: string
  readonly events: number
  readonly hint: string
}

/** One for each kind of error. */
export function refusedForNow(items: readonly Item[]): readonly RefusedForNow[] {
  const kinds = new Map<string, RefusedForNow>()
  for (const item of items) {
    if (isTaken(item) || isFinal(item)) continue
    const what = `${item.type} (HTTP ${item.status})`
    const { events, hint } = kinds.get(what) ?? { events: 0, hint: hintFor(item) }
    kinds.set(what, { what, events: events + 1, hint })
  }
  return [...kinds.values()]
}

function hintFor({ type, status }: Item): string {
  return HINTS[type] ?? HINT_BY_STATUS[status] ?? 'the log of the server may say more'
}

const HINTS: Readonly<Record<string, string>> = {
  index_not_found_exception: 'make the index, or let the server make it (action.auto_create_index)',
  index_closed_exception: 'open the index',
  cluster_block_exception: 'the disk of the server may be full, or the index read-only',
  validation_exception: 'remove indices, or raise cluster.max_shards_per_node',
  illegal_argument_exception: 'the pipeline, or the index that an alias writes to, is missing',
}

const HINT_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'check who the agent says that it is',
  403: 'check what it may do with this index',
  429: 'the server has more to do than it can: more nodes, or fewer events',
}
