import { recordOfNode } from '../seccomp/architectures/architecture.ts'
import type { AgentPackage } from './agent-package.ts'

type Needs = Pick<AgentPackage, 'systemNode' | 'libraries' | 'arch'>

/** Debian 12's: the oldest that packages are tried under. */
const SYSTEMD = '252'

/** By the names of Debian's packages. */
export function debRequirements({ systemNode, libraries }: Needs): readonly string[] {
  const { glibc, glibcxx, atomic } = libraries
  return [
    ...(glibc === undefined ? [] : [`libc6 (>= ${glibc})`]),
    ...(glibcxx === undefined ? [] : [`libstdc++6 (>= ${gccOf(glibcxx)})`]),
    ...(atomic ? ['libatomic1'] : []),
    ...(systemNode === undefined ? [] : [`nodejs (>= ${systemNode})`]),
    `systemd (>= ${SYSTEMD})`,
  ]
}

/** By what libraries provide, where distributions differ in the names of their packages. */
export function rpmRequirements({ systemNode, libraries, arch }: Needs): readonly string[] {
  const { glibc, glibcxx, atomic } = libraries
  const bits = recordOfNode(arch)?.bits === 32 ? '' : '(64bit)'
  return [
    ...(glibc === undefined ? [] : [`glibc >= ${glibc}`]),
    ...(glibcxx === undefined ? [] : [`libstdc++.so.6(GLIBCXX_3.4.${glibcxx})${bits}`]),
    ...(atomic ? [`libatomic.so.1()${bits}`] : []),
    ...(systemNode === undefined ? [] : [`nodejs >= ${systemNode}`]),
    `systemd >= ${SYSTEMD}`,
  ]
}

/** The GCC whose libstdc++ first had those symbols: its abi.html. */
const GCC_BY_GLIBCXX = [
  [25, '8'],
  [28, '9.3'],
  [29, '11'],
  [30, '12'],
  [32, '13.2'],
  [33, '14'],
] as const

function gccOf(glibcxx: number): string {
  return GCC_BY_GLIBCXX.find(([symbols]) => symbols >= glibcxx)?.[1] ?? '15'
}
