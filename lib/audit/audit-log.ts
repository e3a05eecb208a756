import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { type AuditReading, type AuditSocket, loadAddon, type ReadableWatch } from '../addon.ts'
import { AgentError } from '../errors.ts'

/** Records that arrived together. */
export interface AuditBatch {
  /** `audit(1732540000.123:456): …`, in the kernel's order; may be empty if records were lost or it is time. */
  readonly records: readonly string[]
  /** The type of each record, `AUDIT_*` of linux/audit.h. */
  readonly types: ArrayLike<number>
  /** The number of records, of any type, that the kernel had no room for since the previous batch. */
  readonly lost: number
}

/** The kernel's audit log from now on. It needs no auditd and does not disturb one. */
export interface AuditLog {
  /**
   * Batches as they arrive, until `signal` aborts. The kernel keeps records until the next is requested.
   *
   * @param dueInMs asked whenever all records have been read: after how long to yield an empty batch if none
   *   arrives; never, if it returns undefined
   */
  batches(
    signal: AbortSignal,
    dueInMs?: () => number | undefined,
  ): AsyncGenerator<AuditBatch, void, void>
  close(): void
}

/** The most records that one turn of the event loop reads. */
const MAX_RECORDS = 1024

/** The first descriptor that a service manager hands over, SD_LISTEN_FDS_START of sd_listen_fds(3). */
const FIRST_INHERITED = 3

/**
 * Joins the multicast group of all audit records (`AUDIT_NLGRP_READLOG`, Linux 3.16), or takes over a socket that
 * the service manager has opened for the agent (`ListenNetlink=audit 1` of systemd.socket(5)). Call it in a beat's
 * `open`: joining needs `CAP_AUDIT_READ` and a socket that the default policy refuses.
 *
 * @param types the types of the records to read, `AUDIT_*` of linux/audit.h: 1326 is `AUDIT_SECCOMP`
 * @param room bytes that the kernel may keep unread (above net.core.rmem_max only with `CAP_NET_ADMIN`)
 * @throws AgentError `OPEN_FAILED` with a message for the operator
 */
export function openAuditLog(types: readonly number[], room: number): AuditLog {
  return openOn(audit(), types, room)
}

/** The same on a given socket and environment: those of the process, or a test's. */
export function openOn(
  socket: AuditSocket,
  types: readonly number[],
  room: number,
  env: Readonly<Record<string, string | undefined>> = process.env,
): AuditLog {
  const adopted = socket.adopt(FIRST_INHERITED, inheritedCount(env), room)
  const descriptor = adopted < 0 ? socket.open(room) : adopted
  if (descriptor < 0) throw new AgentError('OPEN_FAILED', reasonOf(-descriptor))
  return new Log(socket, descriptor, Uint16Array.from(types))
}

/** 0 if the variables are for another process, such as the one that has started this one. */
function inheritedCount({ LISTEN_PID: pid, LISTEN_FDS: count = '' }: NodeJS.ProcessEnv): number {
  return pid === String(process.pid) && /^[1-9]\d{0,3}$/.test(count) ? Number(count) : 0
}

class Log implements AuditLog {
  readonly #socket: AuditSocket
  readonly #descriptor: number
  readonly #types: Uint16Array
  readonly #watch: ReadableWatch
  #wake: () => void = () => undefined
  /** The kernel's count at the last reading. */
  #lost: number | undefined
  #closed = false

  constructor(socket: AuditSocket, descriptor: number, types: Uint16Array) {
    this.#socket = socket
    this.#descriptor = descriptor
    this.#types = types
    this.#watch = new socket.ReadableWatch(descriptor, () => this.#wake())
  }

  async *batches(
    signal: AbortSignal,
    dueInMs: () => number | undefined = () => undefined,
  ): AsyncGenerator<AuditBatch, void, void> {
    let isDue = false
    while (!signal.aborted && !this.#closed) {
      const reading = this.#socket.read(this.#descriptor, this.#types, MAX_RECORDS)
      const { records, types, drained, errno } = reading
      const batch = { records, types, lost: this.#lostIn(reading) }
      if (records.length > 0 || batch.lost > 0 || isDue) yield batch
      if (errno !== 0) throw new Error(`the audit log can't be read: ${nameOf(errno)}`)
      isDue = drained && (await this.#readable(signal, dueInMs()))
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#watch.close()
    this.#wake()
    closeSync(this.#descriptor)
  }

  /**
   * The kernel never resets its count, which has 32 bits and wraps around. A socket that has been handed over may
   * have lost records before: an overrun tells that there are some which nobody has been told of, but not how many
   * of them, so all are reported then.
   */
  #lostIn({ lost, overruns }: AuditReading): number {
    if (lost < 0) return overruns
    const before = this.#lost ?? (overruns > 0 ? 0 : lost)
    this.#lost = lost
    return (lost - before) >>> 0
  }

  /** Whether `waitMs` have passed with nothing to read. */
  async #readable(signal: AbortSignal, waitMs: number | undefined): Promise<boolean> {
    if (signal.aborted || this.#closed) return false
    const stop = () => this.#wake()
    let timer: NodeJS.Timeout | undefined
    const isDue = await new Promise<boolean>(resolve => {
      this.#wake = () => resolve(false)
      signal.addEventListener('abort', stop, { once: true })
      this.#watch.start()
      if (waitMs !== undefined) timer = setTimeout(() => resolve(true), waitMs)
    })
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    if (!this.#closed) this.#watch.stop()
    return isDue
  }
}

function audit(): AuditSocket {
  const loaded = loadAddon()
  if ('problem' in loaded) throw new AgentError('OPEN_FAILED', loaded.problem)
  if (loaded.addon.audit) return loaded.addon.audit
  throw new AgentError(
    'OPEN_FAILED',
    `there is no audit log on ${process.platform}: only Linux has one`,
  )
}

function reasonOf(errno: number): string {
  const { EPERM, EPROTONOSUPPORT, EAFNOSUPPORT } = constants.errno
  if (errno === EPERM) {
    return (
      'the audit log may not be read: CAP_AUDIT_READ is missing; have systemd open it (ListenNetlink=audit 1 in ' +
      'a socket unit, as a package has it) or grant it in the unit (AmbientCapabilities=CAP_AUDIT_READ); in a ' +
      'container, run in the initial user namespace'
    )
  }
  if (errno === EPROTONOSUPPORT) {
    return 'this kernel has no audit log: it was built without CONFIG_AUDIT'
  }
  if (errno === EAFNOSUPPORT) {
    return 'the audit log may not be opened: add AF_NETLINK to RestrictAddressFamilies= in the unit'
  }
  return `the audit log can't be opened: ${nameOf(errno)}`
}

function nameOf(errno: number): string {
  return getSystemErrorName(-errno)
}
