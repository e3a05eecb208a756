import { execFile, spawnSync } from 'node:child_process'
import { AgentError, codeOf } from '../../errors.ts'

/**
 * Runs a program that packages are made with, and returns what it prints.
 *
 * @throws AgentError `OPEN_FAILED` if it is not installed or fails
 */
export function runTool(command: string, args: readonly string[], options: Options = {}): string {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    ...spawned(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (error) throw new AgentError('OPEN_FAILED', startProblem(command, error))
  if (status === 0) return stdout
  throw failure(command, stderr)
}

/**
 * Does the same for a program that takes a while, so that others go on meanwhile.
 *
 * @throws AgentError `OPEN_FAILED` if it is not installed or fails
 */
export function runLongTool(
  command: string,
  args: readonly string[],
  { signal, ...options }: Options & { readonly signal: AbortSignal },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { ...spawned(options), signal }, (error, _, stderr) => {
      if (error === null) resolve()
      else if (typeof error.code === 'number') reject(failure(command, stderr))
      else reject(new AgentError('OPEN_FAILED', startProblem(command, error), { cause: error }))
    })
    child.stdin?.end()
  })
}

interface Options {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

function spawned({ cwd, env = {} }: Options) {
  return {
    cwd,
    env: { ...process.env, ...SAME_EVERYWHERE, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  } as const
}

function failure(command: string, stderr: string): AgentError {
  return new AgentError('OPEN_FAILED', `${command} failed: ${firstError(stderr.trim(), command)}`)
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

function startProblem(command: string, error: Error): string {
  if (codeOf(error) !== 'ENOENT') return `${command}: ${error.message}`
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
