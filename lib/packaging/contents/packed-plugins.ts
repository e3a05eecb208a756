import { isAbsolute, normalize, resolve } from 'node:path'
import { type ConfiguredPlugin, type Plan, planError } from '../../agent/plan.ts'
import { builtinNames, type PluginKind } from '../../agent/plugins/load.ts'
import { isPath } from '../../agent/plugins/locate.ts'
import type { Entry } from '../formats/tree.ts'

/**
 * Checks that an installed agent will find the plugins that its configuration names: one that is found here
 * may be missing there, as only part of the folder is packed.
 *
 * @param home the packed files, with paths that begin with /
 * @throws AgentError `CONFIG_INVALID` with every plugin that is missing
 */
export function requirePacked(
  { plugins, locate }: Pick<Plan, 'plugins' | 'locate'>,
  home: readonly Entry[],
): void {
  const paths = new Set(home.map(({ path }) => path))
  const missing = plugins.flatMap(plugin => {
    const problem = problemOf(plugin, paths)
    return problem === undefined ? [] : [problem]
  })
  if (missing.length > 0) throw planError({ locate }, missing)
}

function problemOf({ kind, config }: ConfiguredPlugin, paths: ReadonlySet<string>) {
  if (kind === 'agent' || config === undefined) return undefined
  const { type, typePath: path } = config
  const message = isPath(type) ? fileProblem(type, paths) : packageProblem(kind, type, paths)
  return message === undefined ? undefined : { path, message }
}

function fileProblem(type: string, paths: ReadonlySet<string>): string | undefined {
  if (isAbsolute(type) || normalize(type).startsWith('../')) return `${type} ${OUTSIDE}`
  return paths.has(resolve('/', type)) ? undefined : `${type} ${UNLISTED}`
}

/** The framework is always packed, with the plugins that come with it. */
function packageProblem(
  kind: PluginKind,
  type: string,
  paths: ReadonlySet<string>,
): string | undefined {
  if (builtinNames(kind).includes(type)) return undefined
  const parts = type.split('/').slice(0, type.startsWith('@') ? 2 : 1)
  const name = parts.join('/')
  return paths.has(`/node_modules/${name}/package.json`) ? undefined : `${name} ${UNDECLARED}`
}

const OUTSIDE = 'is outside the packed folder: move it there, and write ./ before its name'
const UNLISTED = 'would not be in the package: list it in "files" of package.json'
const UNDECLARED = 'would not be in the package: list it in "dependencies" of package.json'
