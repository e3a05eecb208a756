import { AgentError } from '../../errors.ts'
import { runTool } from '../formats/tool.ts'
import { copy, type Entry } from '../formats/tree.ts'

export type RuntimeKind = 'bundled' | 'system'

/**
 * The Node that runs the installed agent: the running one, unchanged, since the policy fits the Node that it
 * was tested with; or that of the system, for which nothing is packed.
 *
 * @throws AgentError `OPEN_FAILED` if it needs libraries that other machines don't have
 */
export function runtimeEntries(kind: RuntimeKind, executable = process.execPath): readonly Entry[] {
  if (kind === 'system') return []
  const libraries = linkedWith(executable)
  const unusual = libraries.filter(name => !EVERYWHERE.test(name))
  if (!libraries.includes('libc.so.6')) unusual.push('a libc other than glibc')
  if (unusual.length === 0) return [copy('/bin/node', executable, 0o755)]
  throw new AgentError(
    'OPEN_FAILED',
    `${executable} can't be bundled: it is linked with ${unusual.join(', ')}; package with a Node ` +
      'from nodejs.org, or with --runtime system',
  )
}

/** Libraries of the kernel, glibc and GCC, which distributions install or have packages of. */
const EVERYWHERE =
  /^(linux-(vdso|gate)\d*|ld(-linux.*|\d*)|lib(c|m|dl|pthread|rt|util|resolv|stdc\+\+|gcc_s|atomic))\.so/

/** Asks the loader itself, which is ldd(1) without its script. */
function linkedWith(executable: string): readonly string[] {
  const listed = runTool(executable, [], { env: { LD_TRACE_LOADED_OBJECTS: '1' } })
  return listed.split('\n').flatMap(line => /([^/\s]+\.so\S*)/.exec(line)?.[1] ?? [])
}
