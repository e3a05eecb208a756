import { AgentError } from '../../errors.ts'
import { runTool } from '../formats/tool.ts'
import { copy, type Entry } from '../formats/tree.ts'

export type RuntimeKind = 'bundled' | 'system'

/**
 * What runs the agent where it is installed: the Node that runs now, as it is, since the policy fits what it
 * was tested with; or the system's, and nothing is packed.
 *
 * @throws AgentError `OPEN_FAILED` where it needs libraries that other machines don't have
 */
export function runtimeEntries(kind: RuntimeKind, executable = process.execPath): readonly Entry[] {
  if (kind === 'system') return []
  const libraries = linkedWith(executable)
  const strange = libraries.filter(name => !EVERYWHERE.test(name))
  if (!libraries.includes('libc.so.6')) strange.push('another libc than glibc')
  if (strange.length === 0) return [copy('/bin/node', executable, 0o755)]
  throw new AgentError(
    'OPEN_FAILED',
    `${executable} can't be bundled: it is linked with ${strange.join(', ')}; package with a Node ` +
      'from nodejs.org, or with --runtime system',
  )
}

/** The kernel's, glibc's and GCC's, which distributions have, or have packages of. */
const EVERYWHERE =
  /^(linux-(vdso|gate)\d*|ld(-linux.*|\d*)|lib(c|m|dl|pthread|rt|util|resolv|stdc\+\+|gcc_s|atomic))\.so/

/** The loader's own account: ldd(1) without its script. */
function linkedWith(executable: string): readonly string[] {
  const listed = runTool(executable, [], { env: { LD_TRACE_LOADED_OBJECTS: '1' } })
  return listed.split('\n').flatMap(line => /([^/\s]+\.so\S*)/.exec(line)?.[1] ?? [])
}
