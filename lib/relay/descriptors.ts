import { closeSync, readdirSync, readFileSync } from 'node:fs'

/** fcntl(2), in the octal of /proc/PID/fdinfo: the descriptor is closed when a program is started. */
const O_CLOEXEC = 0o2000000

/**
 * Closes the descriptors that a program would inherit besides the first three. Node has done that only for those
 * with small numbers; its own are closed anyway.
 *
 * @throws Error if /proc is not mounted
 */
export function closeInherited(): void {
  for (const descriptor of readdirSync('/proc/self/fd').map(Number)) {
    if (descriptor > 2 && isInherited(descriptor)) closeSync(descriptor)
  }
}

function isInherited(descriptor: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')
    return (Number.parseInt(/^flags:\s*(\d+)$/m.exec(info)?.[1] ?? '', 8) & O_CLOEXEC) === 0
  } catch (error) {
    // The folder itself was open while it was listed.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
