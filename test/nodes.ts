import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { addonFile } from '../lib/addon.ts'

/** The Node versions that the project supports: 20 is the oldest; from 22 on, libuv opens io_urings. */
export const NODE_MAJORS = [20, 22, 24, 26] as const

/** The binary of a major version, from .cache/node/<major>/bin or the running one; else undefined. */
export function nodeBinary(major: number): string | undefined {
  const root = dirname(dirname(dirname(addonFile('probe'))))
  const cached = `${root}/.cache/node/${major}/bin/node`
  if (existsSync(cached)) return cached
  return process.versions.node.startsWith(`${major}.`) ? process.execPath : undefined
}
