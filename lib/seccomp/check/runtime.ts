import type { Provenance } from '../architectures/defaults/provenance.ts'
import { type Finding, findingIn } from './finding.ts'

interface Runtime {
  /** `process.versions.node`. */
  readonly node: string
  /** `2.36`; undefined where libc is not glibc. */
  readonly glibc: string | undefined
  /** Whether Node has opened an io_uring. */
  readonly ring: boolean
}

/** Compares the running Node and libc with those that the default policy was recorded with. */
export function runtimeFindings(
  { node, glibc, ring }: Runtime,
  recorded: readonly Provenance[],
): readonly Finding[] {
  const finding = findingIn('runtime')
  const majors = [...new Set(recorded.map(each => each.node.split('.')[0] ?? ''))]
  const isKnown = majors.includes(node.split('.')[0] ?? '')
  const newest = recorded.map(({ libc }) => minorOf(libc)).reduce((a, b) => Math.max(a, b), 0)
  return [
    isKnown
      ? finding('ok', `Node ${node}: the default policy was recorded with ${majors.join(', ')}`)
      : finding(
          'warning',
          `Node ${node}: the default policy was recorded only with ${majors.join(', ')}`,
        ),
    glibcFinding(glibc, newest),
    ring
      ? finding('info', 'this Node opens an io_uring: `sealbeat run` restarts itself without it')
      : finding('ok', 'no io_uring is open'),
  ]
}

function glibcFinding(glibc: string | undefined, newest: number): Finding {
  const finding = findingIn('runtime')
  if (glibc === undefined) {
    return finding('warning', 'libc is not glibc: the default policy was recorded only with glibc')
  }
  return minorOf(glibc) <= newest
    ? finding('ok', `glibc ${glibc}: the default policy was recorded with 2.${newest}`)
    : finding('info', `glibc ${glibc} is newer than 2.${newest}, the newest that was recorded with`)
}

function minorOf(version: string): number {
  return Number(/2\.(\d+)/.exec(version)?.[1] ?? 0)
}
