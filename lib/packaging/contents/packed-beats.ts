import { isAbsolute, normalize, resolve } from 'node:path'
import { type ConfiguredBeat, type Plan, planError } from '../../agent/plan.ts'
import type { Entry } from '../formats/tree.ts'

/**
 * Sees to it that an installed agent finds the beats that its configuration names: what runs here may
 * be missing there, as only some of the folder is packed.
 *
 * @param home what is packed, paths beginning with /
 * @throws AgentError `CONFIG_INVALID` with every beat that is not
 */
export function requirePacked(
  { beats, locate }: Pick<Plan, 'beats' | 'locate'>,
  home: readonly Entry[],
): void {
  const paths = new Set(home.map(({ path }) => path))
  const lost = beats.flatMap(({ config }) => {
    const problem = problemOf(config, paths)
    const path = [...config.section.path, 'type']
    return problem === undefined ? [] : [{ path, message: problem }]
  })
  if (lost.length > 0) throw planError({ locate }, lost)
}

function problemOf(
  { type }: ConfiguredBeat['config'],
  paths: ReadonlySet<string>,
): string | undefined {
  if (/^\.{0,2}\//.test(type)) {
    if (isAbsolute(type) || normalize(type).startsWith('../')) return `${type} ${OUTSIDE}`
    return paths.has(resolve('/', type)) ? undefined : `${type} ${UNLISTED}`
  }
  const modules = '/node_modules'
  if (paths.has(`${modules}/sealbeat/dist/bundle/beats/${type}/index.js`)) return undefined
  const name = type
    .split('/')
    .slice(0, type.startsWith('@') ? 2 : 1)
    .join('/')
  return paths.has(`${modules}/${name}/package.json`) ? undefined : `${name} ${UNDECLARED}`
}

const OUTSIDE =
  'is outside of the folder that is packed: move it there, and write ./ before its name'
const UNLISTED = 'would not be in the package: list it in "files" of package.json'
const UNDECLARED = 'would not be in the package: list it in "dependencies" of package.json'
