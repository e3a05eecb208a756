import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { AgentError } from '../errors.ts'
import { copy, type Entry } from './tree.ts'

export type RuntimeKind = 'bundled' | 'system'

/** What runs the agent where it is installed. */
export interface Runtime {
  readonly kind: RuntimeKind
  /** The command, absolute. */
  readonly node: string
  readonly entries: readonly Entry[]
  /** The oldest glibc and libstdc++ (by GCC's version) that it runs with. */
  readonly needs: { readonly glibc: string; readonly gcc: string } | undefined
}

/** The oldest Node that is supported, for packages that depend on the system's. */
export const OLDEST_NODE = '20.19'

/** The Node of the system where it is installed. */
export const SYSTEM_RUNTIME: Runtime = {
  kind: 'system',
  node: '/usr/bin/node',
  entries: [],
  needs: undefined,
}

/**
 * The Node that runs now, as it is: the policy fits what it was tested with.
 *
 * @throws AgentError `OPEN_FAILED` where it needs libraries that other machines don't have
 */
export function bundledRuntime(home: string, executable = process.execPath): Runtime {
  const libraries = librariesOf(executable)
  const strange = libraries.filter(name => !EVERYWHERE.test(name))
  if (!libraries.includes('libc.so.6')) strange.push('another libc than glibc')
  if (strange.length > 0) {
    throw new AgentError(
      'OPEN_FAILED',
      `${executable} can't be bundled: it is linked with ${strange.join(', ')}; package with a Node ` +
        'from nodejs.org, or with --runtime system',
    )
  }
  const node = `${home}/bin/node`
  return {
    kind: 'bundled',
    node,
    entries: [copy(node, executable, 0o755)],
    needs: needsOf(executable),
  }
}

/** Of glibc, and of GCC, which Debian and rpm distributions have in every installation. */
const EVERYWHERE =
  /^(linux-vdso|ld-linux.*|libc|libm|libdl|libpthread|librt|libstdc\+\+|libgcc_s|libatomic)\.so/

/** The loader's own account: ldd(1) without its script. */
function librariesOf(executable: string): readonly string[] {
  const env = { LD_TRACE_LOADED_OBJECTS: '1' }
  const listed = execFileSync(executable, { env, encoding: 'utf8', input: '' })
  return listed.split('\n').flatMap(line => /([^/\s]+\.so[^\s]*)/.exec(line)?.[1] ?? [])
}

/** The GCC whose libstdc++ first had that symbol version, `GLIBCXX_3.4.N` (its abi.html). */
const GCC_BY_GLIBCXX = [
  [25, '8'],
  [28, '9.3'],
  [29, '11'],
  [30, '12'],
  [32, '13.2'],
  [33, '14'],
] as const

function needsOf(executable: string): { readonly glibc: string; readonly gcc: string } {
  const text = readFileSync(executable).toString('latin1')
  const newest = (pattern: RegExp) =>
    Math.max(...Array.from(text.matchAll(pattern), ([, minor]) => Number(minor)))
  const glibcxx = newest(/GLIBCXX_3\.4\.(\d+)/g)
  const gcc = GCC_BY_GLIBCXX.find(([symbols]) => symbols >= glibcxx)?.[1] ?? '15'
  return { glibc: `2.${newest(/GLIBC_2\.(\d+)/g)}`, gcc }
}
