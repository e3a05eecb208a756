import { readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { loadAddon } from '../../addon.ts'
import { ERRNO } from '../architectures/errno.ts'
import { returnValue } from '../compiler/ranges.ts'
import { ACTIONS, type Action } from '../policy/policy.ts'

const { EFAULT, EINVAL } = constants.errno

// Flags of SECCOMP_SET_MODE_FILTER, linux/seccomp.h.
const TSYNC = 1
const LOG = 2
const TSYNC_ESRCH = 16

/** `SECCOMP_RET_ACTION_FULL` of linux/seccomp.h: an action without its data. */
const ACTION_FULL = 0xffff0000
/** The actions of every kernel that can't be asked for them (before 4.14). */
const OLDEST: readonly Action[] = ['kill_thread', 'trap', 'errno', 'trace', 'allow']

export type KernelSupport =
  /** The native addon is missing or built for another platform. */
  | { readonly available: false; readonly reason: string }
  | {
      readonly available: true
      /** Whether a filter can be installed on all threads of a process (Linux 3.17). */
      readonly seccomp: boolean
      /** The flags of seccomp(2) that the kernel knows: LOG since 4.14, TSYNC_ESRCH since 5.7. */
      readonly flags: {
        readonly tsync: boolean
        readonly log: boolean
        readonly tsyncEsrch: boolean
      }
      readonly actions: ReadonlySet<Action>
    }

/** Asks the running kernel about each flag and each action; changes nothing. */
export function probeKernel(): KernelSupport {
  const loaded = loadAddon()
  if ('problem' in loaded) return { available: false, reason: loaded.problem }
  const { supported, probeFlags, actionAvailable } = loaded.addon
  if (!supported) return { available: false, reason: 'seccomp exists on Linux only' }
  const known = (flags: number) => probeFlags(flags) === EFAULT
  const answers = (action: Action) => {
    const errno = actionAvailable((returnValue({ action }, ERRNO) & ACTION_FULL) >>> 0)
    return errno === 0 || (errno === EINVAL && OLDEST.includes(action))
  }
  return {
    available: true,
    // An inherited filter may refuse seccomp(2); the installation reports that.
    seccomp: known(TSYNC) || inheritedFilters() > 0,
    flags: { tsync: known(TSYNC), log: known(LOG), tsyncEsrch: known(TSYNC_ESRCH) },
    actions: new Set(ACTIONS.filter(answers)),
  }
}

/**
 * The number of filters on this thread. Before `installProgram` they come from a container, from systemd
 * or from the restart without io_uring. 0 if /proc can't be read.
 */
export function inheritedFilters(): number {
  const status = readStatus('/proc/self/status')
  // Seccomp_filters exists since Linux 5.9. Before, mode 2 only shows that there is one (proc(5)).
  return status?.get('Seccomp_filters') ?? (status?.get('Seccomp') === 2 ? 1 : 0)
}

/** Whether the kernel counts the filters of a thread (Linux 5.9). */
export function countsFilters(): boolean {
  return readStatus('/proc/self/status')?.has('Seccomp_filters') ?? false
}

/** Empty on success. */
interface InstallResult {
  /** The name of an errno, or NOT_MAIN_THREAD, ADDON_UNAVAILABLE, THREAD_NOT_SYNCHRONISED. */
  readonly code?: string
  /** The code and its meaning here. */
  readonly error?: string
  /** The thread that has a filter of its own and could not take this one. */
  readonly thread?: number
}

/**
 * Installs the program (`struct sock_filter[]` in this machine's byte order) on every thread of the
 * process, irrevocably: seccomp(2) with TSYNC. Works once, and only from the main thread. Sets
 * `no_new_privs`, which stays set on the main thread even if the filter is refused.
 *
 * @param options.log whether denials are audited; only valid if `probeKernel().flags.log` is true
 */
export function installProgram(
  program: Uint8Array,
  options: { readonly log: boolean },
): InstallResult {
  const loaded = loadAddon()
  if ('problem' in loaded) return { code: 'ADDON_UNAVAILABLE', error: loaded.problem }
  if (!loaded.addon.isMainThread()) return failure('NOT_MAIN_THREAD')
  const { errno, thread } = loaded.addon.install(program, TSYNC | (options.log ? LOG : 0))
  if (thread > 0) return { ...failure('THREAD_NOT_SYNCHRONISED'), thread }
  return errno === 0 ? {} : failure(getSystemErrorName(-errno))
}

const MEANINGS = new Map([
  ['NOT_MAIN_THREAD', 'only the main thread may install the filter'],
  ['THREAD_NOT_SYNCHRONISED', 'a thread has a filter of its own'],
  ['EACCES', 'no_new_privs is not set and CAP_SYS_ADMIN is missing'],
  ['EALREADY', 'this process has already installed its filter'],
  ['EINVAL', 'the kernel does not accept the program'],
  ['ENOMEM', 'out of memory, or all filters together are longer than 32768 instructions'],
  ['ENOSYS', 'the kernel has no seccomp(2), or an inherited filter hides it'],
  ['EPERM', 'an inherited filter refuses prctl(2) or seccomp(2)'],
])

function failure(code: string): InstallResult {
  const meaning = MEANINGS.get(code)
  return { code, error: meaning ? `${code}: ${meaning}` : code }
}

interface UnsealedThread {
  readonly tid: number
  /** 0: none, 1: strict, 2: filter (proc(5)). */
  readonly seccomp: number
  readonly noNewPrivs: number
  /** The number of its filters; undefined before Linux 5.9. */
  readonly filters: number | undefined
}

interface Sealing {
  /** The number of threads checked; 0 if /proc can't be read and nothing is known. */
  readonly threads: number
  readonly unsealed: readonly UnsealedThread[]
}

/**
 * Checks every thread of this process in /proc for `Seccomp: 2`, `NoNewPrivs: 1` and, where the kernel
 * counts them, for `filters` filters. The mode alone proves nothing where a filter was inherited: a filter
 * that answers seccomp(2) itself, with success, leaves the mode as it was.
 */
export function verifySealed(filters: number): Sealing {
  const threads = threadIds().flatMap(tid => {
    const status = readStatus(`/proc/self/task/${tid}/status`)
    const seccomp = status?.get('Seccomp') ?? 0
    // A thread that ended meanwhile needs no filter.
    const noNewPrivs = status?.get('NoNewPrivs') ?? 0
    return status ? [{ tid, seccomp, noNewPrivs, filters: status.get('Seccomp_filters') }] : []
  })
  const isSealed = (thread: UnsealedThread) =>
    thread.seccomp === 2 && thread.noNewPrivs === 1 && (thread.filters ?? filters) === filters
  return { threads: threads.length, unsealed: threads.filter(thread => !isSealed(thread)) }
}

/**
 * Installs the SIGSYS handler. From then on a call with the verdict `trap` writes one line to stderr with
 * the call, the architecture, the address and the thread, and ends the process by SIGSYS.
 *
 * @param numbers the table of the running architecture
 * @returns the reason if the handler could not be installed
 */
export function reportTraps(numbers: Readonly<Record<string, number>>): string | undefined {
  const loaded = loadAddon()
  if ('problem' in loaded) return loaded.problem
  const lines = Object.entries(numbers).map(([name, number]) => `${number} ${name}\n`)
  const errno = loaded.addon.reportTraps(Buffer.from(lines.join('')))
  return errno === 0 ? undefined : getSystemErrorName(-errno)
}

/**
 * From then on, a trap that carries an errno is noted (denials.ts) instead of ending the process. Call
 * this before `reportTraps`, and before installing a filter with such traps.
 *
 * @param urgent the numbers whose first denial is reported on stderr at once
 * @throws Error if it was called before, or if the registers of this architecture are unknown
 */
export function noteDenials(urgent: readonly number[]): void {
  const loaded = loadAddon()
  const errno = 'problem' in loaded ? 0 : loaded.addon.noteDenials(urgent)
  if (errno !== 0)
    throw new Error(`can't detect denials from inside: ${getSystemErrorName(-errno)}`)
}

function threadIds(): readonly number[] {
  try {
    return readdirSync('/proc/self/task').map(Number)
  } catch {
    return []
  }
}

/** The numeric fields of a status file (proc(5)), or undefined if it can't be read. */
function readStatus(file: string): ReadonlyMap<string, number> | undefined {
  try {
    const fields = readFileSync(file, 'latin1').matchAll(/^(\w+):\t(\d+)$/gm)
    return new Map(Array.from(fields, ([, name = '', value]) => [name, Number(value)]))
  } catch {
    return undefined
  }
}
