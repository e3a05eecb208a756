/** The place of a process in a hierarchy of control groups. */
interface Membership {
  /** `cpu`, `memory`; none in the hierarchy of version 2, or in a named one. */
  readonly controllers: readonly string[]
  readonly path: string
  readonly version: 1 | 2
}

/** Parses /proc/PID/cgroup (cgroups(7)): `4:cpu,cpuacct:/path`, and `0::/path` of version 2. */
export function parseCgroup(text: string): readonly Membership[] {
  return Array.from(
    text.matchAll(/^(\d+):([^:\n]*):(\/.*)$/gm),
    ([, id, names = '', path = '']) => {
      const isUnified = id === '0' && names === ''
      return {
        controllers: names.split(',').filter(name => name !== '' && !name.includes('=')),
        path,
        version: isUnified ? 2 : 1,
      } as const
    },
  )
}
