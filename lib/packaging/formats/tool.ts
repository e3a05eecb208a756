import { spawnSync } from 'node:child_process'
import { AgentError } from '../../errors.ts'

/**
 * Runs a program that packages are made with, and returns what it prints.
 *
 * @throws AgentError `OPEN_FAILED` if it is not installed or fails
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
  if (error) throw new AgentError('OPEN_FAILED', startProblem(command, error))
  if (status === 0) return stdout
  throw new AgentError('OPEN_FAILED', `${command} failed: ${firstError(stderr.trim(), command)}`)
}

/** Overrides what the user has set for other uses of the same programs. */
const SAME_EVERYWHERE: NodeJS.ProcessEnv = {
  LC_ALL: 'C',
  TZ: 'UTC',
  TAR_OPTIONS: '',
  GZIP: '',
  XZ_DEFAULTS: '',
  XZ_OPT: '',
}

/** The packages that contain the programs, as they follow "install" in the message. */
const PACKAGES: Readonly<Record<string, string>> = {
  'dpkg-deb': 'dpkg (Debian, Fedora)',
  rpmbuild: 'rpm (Debian) or rpm-build (Fedora)',
  tar: 'tar (Debian, Fedora)',
  npm: 'npm (Debian) or nodejs-npm (Fedora)',
}

function startProblem(command: string, error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') return `${command}: ${error.message}`
  const packages = PACKAGES[command]
  return `${command} is not installed${packages === undefined ? '' : `: install ${packages}`}`
}

/** npm spreads an error over several lines, each of which begins with its name. */
function firstError(output: string, command: string): string {
  const [first = '', ...more] = output.split('\n').map(line => line.trim())
  const prefix = `${command} error `
  if (!first.startsWith(prefix)) return first
  const lines = [first, ...more].filter(line => line.startsWith(prefix)).slice(0, 4)
  return lines.map(line => line.slice(prefix.length)).join(', ')
}
