import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { loadAddon, type NativeRecording, type Recorder } from '../../addon.ts'
import type { Architecture } from '../architectures/architecture.ts'
import { notedBits } from './notes.ts'
import { MARK } from './phases.ts'

/** Flag of SECCOMP_SET_MODE_FILTER and action of linux/seccomp.h. */
const NEW_LISTENER = 8
const USER_NOTIF = 0x7fc00000

type Availability =
  | { readonly recorder: Recorder }
  /** What is missing. */
  | { readonly problem: string }

/** Finds the recorder if this kernel lets one process watch another's calls, as far as it can be probed. */
export function findRecorder(): Availability {
  const loaded = loadAddon()
  if ('problem' in loaded) return loaded
  const { recorder, probeFlags, actionAvailable } = loaded.addon
  if (!recorder) return { problem: 'seccomp exists on Linux only' }
  const known =
    actionAvailable(USER_NOTIF) === 0 && probeFlags(NEW_LISTENER) === constants.errno.EFAULT
  return known ? { recorder } : { problem: `${LACKING}, or a filter on this process hides it` }
}

const LACKING =
  'the kernel lacks SECCOMP_RET_USER_NOTIF with SECCOMP_USER_NOTIF_FLAG_CONTINUE (Linux 5.5)'

/** The message for an errno of `NativeRecording`; undefined for 0. */
export function meaningOf(errno: number): string | undefined {
  if (errno === 0) return undefined
  const name = getSystemErrorName(-errno)
  return MEANINGS.get(name) ?? `the recording failed: ${name}`
}

const MEANINGS = new Map([
  ['EBUSY', 'a filter on this process already has a listener, and there can be only one'],
  ['EINVAL', LACKING],
  ['EPERM', 'a filter on this process denies seccomp(2) or prctl(2)'],
  ['ENOSYS', 'a filter on this process hides seccomp(2)'],
  ['EPIPE', 'the agent could not be started'],
])

export function openRecording(
  recorder: Recorder,
  architecture: Architecture,
  channel: number,
): NativeRecording {
  const { close } = architecture.table.numbers
  if (close === undefined) throw new TypeError(`${architecture.name} has no close`)
  return new recorder.Recording(channel, notedBits(architecture), close, MARK, architecture.audit)
}
