import { execFileSync } from 'node:child_process'
import { AgentError, messageOf } from '../errors.ts'

export interface Tool {
  readonly program: string
  /** Where it is to be had, after "install". */
  readonly from: string
}

export const DPKG_DEB: Tool = { program: 'dpkg-deb', from: 'dpkg (Debian, Fedora)' }
export const RPMBUILD: Tool = { program: 'rpmbuild', from: 'rpm (Debian) or rpm-build (Fedora)' }
export const TAR: Tool = { program: 'tar', from: 'tar (Debian, Fedora)' }
export const NPM: Tool = { program: 'npm', from: 'npm (Debian) or nodejs-npm (Fedora)' }

interface Surroundings {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Runs another program; what it has printed.
 *
 * @throws AgentError `OPEN_FAILED` with the first that it says against it, or the package that has it
 */
export function runTool(
  { program, from }: Tool,
  args: readonly string[],
  { cwd, env = process.env }: Surroundings = {},
): string {
  try {
    return execFileSync(program, args, {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(cwd !== undefined && { cwd }),
    })
  } catch (thrown) {
    throw new AgentError('OPEN_FAILED', reasonOf(thrown, program, from), { cause: thrown })
  }
}

function reasonOf(thrown: unknown, program: string, from: string): string {
  if (!(thrown instanceof Error)) return messageOf(thrown)
  if ('code' in thrown && thrown.code === 'ENOENT') {
    return `${program} is not installed: install ${from}`
  }
  const said = 'stderr' in thrown ? String(thrown.stderr).trim() : ''
  return `${program} has failed: ${firstOf(said, program) || thrown.message}`
}

/** npm says a thing over several lines, each of which begins with its name. */
function firstOf(said: string, program: string): string {
  const [first = '', ...more] = said.split('\n').map(line => line.trim())
  const prefix = `${program} error `
  if (!first.startsWith(prefix)) return first
  const lines = [first, ...more].filter(line => line.startsWith(prefix)).slice(0, 4)
  return lines.map(line => line.slice(prefix.length)).join(', ')
}
