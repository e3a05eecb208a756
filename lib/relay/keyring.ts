import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { loadAddon } from '../addon.ts'

/** The kernel has no keys, or a container's profile refuses the call; to the command as well. */
const NO_KEYS: readonly number[] = [constants.errno.ENOSYS, constants.errno.EPERM]

/**
 * Programs that this process starts no longer possess the keys of root's session, which they would read whatever
 * their user.
 *
 * @throws Error if that can't be had
 */
export function leaveSessionKeyring(): void {
  const loaded = loadAddon()
  if ('problem' in loaded) throw new Error(loaded.problem)
  const errno = loaded.addon.leaveSessionKeyring()
  if (errno === 0 || NO_KEYS.includes(errno)) return
  throw new Error(`keyctl(2) has failed with ${getSystemErrorName(-errno)}`)
}
