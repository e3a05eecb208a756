import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { AgentError } from '../errors.ts'
import type { AgentPackage } from './agent-package.ts'
import { stage } from './formats/tree.ts'

/** How the agent was configured where it is packed. */
interface TryOutOptions {
  readonly env: NodeJS.ProcessEnv
  readonly strictPerms: boolean
  readonly jitless: boolean
}

const HINT = `has npm's list all files of it ("files" in package.json), are all packages "dependencies"?`

/**
 * Has what is in the package say `test config` away from the folder that it comes from, where a file that
 * was left out or a package that is only development's would still be found.
 *
 * @throws AgentError `CONFIG_INVALID`
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
  const said = `${stdout}${stderr}`.trim().replaceAll(`${root}/`, '')
  throw new AgentError('CONFIG_INVALID', `packed, the agent is not complete (${HINT}):\n${said}`)
}
