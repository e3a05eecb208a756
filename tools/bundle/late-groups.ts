import { relative, resolve } from 'node:path'
import type { Plugin } from 'esbuild'
import { ARCHITECTURES } from '../../lib/seccomp/architectures/architecture.ts'

/**
 * Modules that are imported late, and then together: by the agent once its image need not start again; by any
 * command other than `run`; for one architecture. As files of their own, they would split the code that they
 * share with others into more files, all of which every start has to find, read and link.
 */
const GROUPS: Readonly<Record<string, RegExp>> = {
  agent:
    /^lib\/(agent\/(agent|configure)|config\/source\/document|seccomp\/architectures\/tables\/arguments)\.ts$/,
  commands:
    /^lib\/cli\/(package\/(boot|package)|export\/export-(config|schema)|installed\/plugins|new\/new|setup\/setup|test\/(config|output|pipeline)|seccomp\/(check|explain|export|import|record|show|stand-ins))\.ts$/,
  ...Object.fromEntries(
    ARCHITECTURES.map(name => [
      name,
      new RegExp(`^lib/seccomp/architectures/(tables|defaults)/${name}\\.ts$`),
    ]),
  ),
}

/** An esbuild plugin: dynamic imports of a group's members become imports of one module with all of them. */
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
