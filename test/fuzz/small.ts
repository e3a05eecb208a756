import {
  ARCHITECTURES,
  type Architecture,
  loadArchitecture,
} from '../../lib/seccomp/architectures/architecture.ts'

/** Names with int and word arguments, from both ends of a table and its middle. */
const NAMES = [
  ...['read', 'write', 'clone', 'clone3', 'execve', 'fcntl', 'ioctl', 'io_uring_setup', 'kill'],
  ...['mprotect', 'openat', 'prctl', 'socket', 'statx'],
]

/** Every architecture with only a few names, so that a policy compiles in a fraction of a millisecond. */
export async function smallArchitectures(): Promise<readonly Architecture[]> {
  const whole = await Promise.all(ARCHITECTURES.map(name => loadArchitecture(name)))
  return whole.map(architecture => {
    const numbers = Object.entries(architecture.table.numbers).filter(([name]) =>
      NAMES.includes(name),
    )
    const table = { ...architecture.table, numbers: Object.fromEntries(numbers) }
    return { ...architecture, table }
  })
}
