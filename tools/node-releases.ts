import { join } from 'node:path'

/** The releases that the default policies are recorded and tested on: the latest of each line. */
export const NODES = ['20.20.2', '22.23.3', '24.21.0', '26.10.0'] as const

export const NODE_CACHE = '.cache/node'

/** `20.20.2` → `.cache/node/20/bin/node`. */
export function nodeBinary(version: string): string {
  return join(NODE_CACHE, version.split('.', 1)[0] ?? version, 'bin/node')
}
