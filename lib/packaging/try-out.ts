import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { AgentError } from '../errors.ts'
import type { AgentPackage } from './agent-package.ts'
import { stage } from './formats/tree.ts'

/** The circumstances under which the agent was configured here. */
interface TryOutOptions {
  readonly env: NodeJS.ProcessEnv
  readonly strictPerms: boolean
  readonly jitless: boolean
}

const HINT =
  'does "files" in package.json list all of its files, and "dependencies" all of its packages?'

/**
 * Runs `test config` with the packed files, away from the folder that they come from: there, a file that was
 * left out or a package that is only a devDependency would still be found.
 *
 * @throws AgentError `CONFIG_INVALID` if the command fails
 */
export function tryOut(agent: AgentPackage, work: string, options: TryOutOptions): void {
  const root = join(work, 'try')
  const entries = agent.portable.filter(({ path }) => path !== '/bin/node')
  stage(entries, root, agent.epoch)
  const { env, strictPerms, jitless } = options
  const main = join(root, 'node_modules/sealbeat/dist/bundle/main.js')
  const config = ['--path.home', root, '--path.config', root, '-c', `${agent.manifest.name}.yml`]
  const args = [...config, `--strict.perms=${strictPerms}`]
  const spawnOptions = { cwd: root, env, encoding: 'utf8' } as const
  const node = [...(jitless ? ['--jitless'] : []), main]
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...node, 'test', 'config', ...args],
    spawnOptions,
  )
  if (status === 0) return
  const output = `${stdout}${stderr}`.trim().replaceAll(`${root}/`, '')
  throw new AgentError('CONFIG_INVALID', `the packed agent is incomplete (${HINT}):\n${output}`)
}
