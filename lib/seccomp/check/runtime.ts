import type { Provenance } from '../architectures/defaults/provenance.ts'
import { about, type Finding } from './finding.ts'

export interface Runtime {
  /** `process.versions.node`. */
  readonly node: string
  /** `2.36`; undefined where libc is not glibc. */
  readonly glibc: string | undefined
  /** Whether Node has opened an io_uring. */
  readonly ring: boolean
}

/** Whether the default policy was recorded with what it is to hold for. */
export function runtimeFindings(
  { node, glibc, ring }: Runtime,
  recorded: readonly Provenance[],
): readonly Finding[] {
  const say = about('runtime')
  const majors = [...new Set(recorded.map(each => each.node.split('.')[0] ?? ''))]
  const isKnown = majors.includes(node.split('.')[0] ?? '')
  const newest = recorded.map(({ libc }) => minorOf(libc)).reduce((a, b) => Math.max(a, b), 0)
  return [
    isKnown
      ? say('ok', `Node ${node}: the default policy was recorded with ${majors.join(', ')}`)
      : say(
          'warning',
          `Node ${node} is not among those it was recorded with: ${majors.join(', ')}`,
        ),
    glibcFinding(glibc, newest),
    ring
      ? say('info', 'this Node opens an io_uring: `sealbeat run` starts once more, without')
      : say('ok', 'no io_uring is open'),
  ]
}

function glibcFinding(glibc: string | undefined, newest: number): Finding {
  const say = about('runtime')
  if (glibc === undefined) {
    return say('warning', 'libc is not glibc, with which the default policy was recorded')
  }
  return minorOf(glibc) <= newest
    ? say('ok', `glibc ${glibc}, recorded with 2.${newest}`)
    : say('info', `glibc ${glibc} is newer than 2.${newest}, with which it was recorded`)
}

function minorOf(version: string): number {
  return Number(/2\.(\d+)/.exec(version)?.[1] ?? 0)
}
