import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'
import { type AuditReading, type AuditSocket, loadAddon, type ReadableWatch } from '../addon.ts'
import { AgentError } from '../errors.ts'

/** Records that arrived together. */
export interface AuditBatch {
  /** `audit(1732540000.123:456): …`, in the kernel's order; may be empty if records were lost. */
  readonly records: readonly string[]
  /** The number of records, of any type, that the kernel had no room for since the previous batch. */
  readonly lost: number
}

/** The kernel's audit log from now on. It needs no auditd and does not disturb one. */
export interface AuditLog {
  /** Batches as they arrive, until `signal` aborts. The kernel keeps records until the next is requested. */
  batches(signal: AbortSignal): AsyncGenerator<AuditBatch, void, void>
  close(): void
}

/** The most records that one turn of the event loop reads. */
const MAX_RECORDS = 1024

/**
 * Joins the multicast group of all audit records (`AUDIT_NLGRP_READLOG`, Linux 3.16). Call it in a beat's
 * `open`, as it needs `CAP_AUDIT_READ` and a socket that the default policy refuses.
 *
 * @param type the type of the records to read, `AUDIT_*` of linux/audit.h: 1326 is `AUDIT_SECCOMP`
 * @param room bytes that the kernel may keep unread (above net.core.rmem_max only with `CAP_NET_ADMIN`)
 * @throws AgentError `OPEN_FAILED` with a message for the operator
 */
export function openAuditLog(type: number, room: number): AuditLog {
  return openOn(audit(), type, room)
}

/** The same on a given socket: that of the addon, or a test's. */
export function openOn(socket: AuditSocket, type: number, room: number): AuditLog {
  const descriptor = socket.open(room)
  if (descriptor < 0) throw new AgentError('OPEN_FAILED', reasonOf(-descriptor))
  return new Log(socket, descriptor, type)
}

class Log implements AuditLog {
  readonly #socket: AuditSocket
  readonly #descriptor: number
  readonly #type: number
  readonly #watch: ReadableWatch
  #wake: () => void = () => undefined
  #lost = 0
  #closed = false

  constructor(socket: AuditSocket, descriptor: number, type: number) {
    this.#socket = socket
    this.#descriptor = descriptor
    this.#type = type
    this.#watch = new socket.ReadableWatch(descriptor, () => this.#wake())
  }

  async *batches(signal: AbortSignal): AsyncGenerator<AuditBatch, void, void> {
    while (!signal.aborted && !this.#closed) {
      const reading = this.#socket.read(this.#descriptor, this.#type, MAX_RECORDS)
      const { records, drained, errno } = reading
      const batch = { records, lost: this.#lostIn(reading) }
      if (records.length > 0 || batch.lost > 0) yield batch
      if (errno !== 0) throw new Error(`the audit log can't be read: ${nameOf(errno)}`)
      if (drained) await this.#readable(signal)
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#watch.close()
    this.#wake()
    closeSync(this.#descriptor)
  }

  /** The kernel never resets its count, which has 32 bits and wraps around. */
  #lostIn({ lost, overruns }: AuditReading): number {
    if (lost < 0) return overruns
    const before = this.#lost
    this.#lost = lost
    return (lost - before) >>> 0
  }

  async #readable(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#closed) return
    const stop = () => this.#wake()
    await new Promise<void>(resolve => {
      this.#wake = resolve
      signal.addEventListener('abort', stop, { once: true })
      this.#watch.start()
    })
    signal.removeEventListener('abort', stop)
    if (!this.#closed) this.#watch.stop()
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
      'the audit log may not be read: CAP_AUDIT_READ is missing; grant it in the unit ' +
      '(AmbientCapabilities=CAP_AUDIT_READ); in a container, run in the initial user namespace'
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
