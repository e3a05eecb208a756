import { spawnSync } from 'node:child_process'
import { AgentError } from '../errors.ts'

/**
 * Runs a program that packages are made with; what it prints.
 *
 * @throws AgentError `OPEN_FAILED` where it is not installed, or fails
 */
export function runTool(
  command: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): string {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...SAME_EVERYWHERE, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 28,
  })
  if (error) throw new AgentError('OPEN_FAILED', whyNot(command, error))
  if (status === 0) return stdout
  throw new AgentError('OPEN_FAILED', `${command} ${args[0]} failed: ${stderr.trim()}`)
}

/** What the user has set for other uses of the same programs. */
const SAME_EVERYWHERE: NodeJS.ProcessEnv = {
  LC_ALL: 'C',
  TZ: 'UTC',
  TAR_OPTIONS: '',
  GZIP: '',
  XZ_DEFAULTS: '',
  XZ_OPT: '',
}

function whyNot(command: string, error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') return `${command}: ${error.message}`
  return `${command} is not installed: these packages take it`
}
