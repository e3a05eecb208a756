import { relative, resolve } from 'node:path'
import type { Plugin } from 'esbuild'
import { ARCHITECTURES } from '../../lib/seccomp/architectures/architecture.ts'

/**
 * Modules that are imported late, and then together: by the agent once its image has started for good; by
 * any command that is not `run`; by whoever deals with an architecture. Each that stood alone would split
 * what it shares with others into more files, and every start has to find, read and link those.
 */
const GROUPS: Readonly<Record<string, RegExp>> = {
  agent:
    /^lib\/(agent\/(agent|configure)|config\/source\/document|seccomp\/architectures\/tables\/arguments)\.ts$/,
  commands:
    /^lib\/cli\/(test-config|package|new\/new|seccomp\/(check|explain|export|import|record|show|stand-ins))\.ts$/,
  ...Object.fromEntries(
    ARCHITECTURES.map(name => [
      name,
      new RegExp(`^lib/seccomp/architectures/(tables|defaults)/${name}\\.ts$`),
    ]),
  ),
}

/** For esbuild: dynamic imports of the members of a group are imports of one module that has them all. */
export function lateGroups(sources: readonly string[]): Plugin {
  return {
    name: 'late groups',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined
        const file = relative('.', resolve(resolveDir, path))
        const group = Object.keys(GROUPS).find(name => GROUPS[name]?.test(file))
        return group === undefined ? undefined : { path: group, namespace: 'group' }
      })
      build.onLoad({ filter: /./, namespace: 'group' }, ({ path: group }) => {
        const members = sources.filter(file => GROUPS[group]?.test(file))
        const contents = members.map(file => `export * from './${file}'\n`).join('')
        return { contents, resolveDir: resolve('.') }
      })
    },
  }
}
