import { readFileSync } from 'node:fs'

/** setpriv(1) and its arguments for a command that runs as that user, without any privilege. */
export function asUser(user: string, command: readonly string[]) {
  const identity = ['--reuid', user, '--regid', user, '--init-groups']
  const privileges = ['--no-new-privs', ...SETS.map(set => `--${set}=-all`)]
  // Kept over execve(2), as nothing gains privileges there.
  const end = ['--pdeathsig', 'TERM']
  return { file: 'setpriv', args: [...identity, ...privileges, ...end, ...command] }
}

const SETS = ['inh-caps', 'ambient-caps', 'bounding-set']

/** The numbers of what that takes (linux/capability.h): signals to another user, its groups, itself, the bounding set. */
const NEEDED = { CAP_KILL: 5n, CAP_SETGID: 6n, CAP_SETUID: 7n, CAP_SETPCAP: 8n }

/**
 * Those that root has not, as in some containers.
 *
 * @throws Error if /proc is not mounted
 */
export function lackingCapabilities(status = readFileSync('/proc/self/status', 'utf8')) {
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`)
  return Object.entries(NEEDED).flatMap(([name, number]) => ((held >> number) & 1n ? [] : [name]))
}
