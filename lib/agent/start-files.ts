import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../own-package.ts'
import type { Plan } from './plan.ts'
import { fileAt, isPath } from './plugins/locate.ts'

/** The configuration and what is imported before the sandbox: whoever changes these decides about the next start. */
export function startFiles({ files, plugins, config }: Pick<Plan, 'files' | 'plugins' | 'config'>) {
  const modules = plugins.flatMap(each => each.config?.type ?? []).filter(isPath)
  const packages = [config.path.config, config.path.home].map(path => resolve(path, 'node_modules'))
  return [
    ...new Set([
      ...files.map(file => resolve(file)),
      ...modules.map(type => fileAt(type, config.path)),
      ...packages.filter(path => existsSync(path)),
      resolve(fileURLToPath(packageRoot())),
    ]),
  ]
}
