import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fstatSync, openSync, readSync } from 'node:fs'
import { constants } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { messageOf } from '../../errors.ts'
import type { Architecture } from '../architectures/architecture.ts'
import { AuditCounts } from './audit-counts.ts'
import type { Counts } from './counts.ts'
import type { RecordedAgent } from './recording.ts'

/** The default log file of auditd (auditd.conf(5)). */
export const AUDIT_LOG = '/var/log/audit/audit.log'

/** The log counts as complete after this long without a new record. */
const QUIET_MS = 500
/** The longest wait for a complete log. */
const MAX_WAIT_MS = 5_000

/**
 * A Node process whose filter logs every call (`default_action: log`), recorded from the log that
 * auditd writes. The records have no arguments.
 */
export class AuditedProcess implements RecordedAgent {
  readonly phase = 'run'
  readonly #child: ChildProcess
  readonly #log: number
  readonly #counts: AuditCounts
  #offset: number
  #rest = ''
  #failure: string | undefined

  /** @throws Error if the log can't be opened */
  constructor(
    architecture: Architecture,
    log: string,
    args: readonly string[],
    stdout: number | 'inherit',
  ) {
    this.#log = openSync(log, 'r')
    // Skip the records of other processes that are already there.
    this.#offset = fstatSync(this.#log).size
    this.#counts = new AuditCounts(architecture)
    this.#child = spawn(process.execPath, args, {
      stdio: ['inherit', stdout, 'inherit'],
      // In its own session, Ctrl-C reaches it only once: from us, and not from the terminal as well.
      detached: true,
    })
  }

  get failure(): string | undefined {
    return this.#failure
  }

  get shortcomings(): readonly string[] {
    const { lost } = this.#counts
    const noArguments = 'audit records have no arguments: each call is allowed with any arguments'
    if (lost === 0) return [noArguments]
    return [
      noArguments,
      `${lost} records are missing from the audit log: their calls are not allowed`,
    ]
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  counts(): Counts {
    this.#read()
    return this.#counts.counts()
  }

  async ended(): Promise<number> {
    const [code, signal] = await once(this.#child, 'exit')
    await this.#untilQuiet()
    return signal === null ? code : 128 + constants.signals[signal as NodeJS.Signals]
  }

  /** Reads what auditd writes with a delay. */
  async #untilQuiet(): Promise<void> {
    const until = Date.now() + MAX_WAIT_MS
    do await pause(QUIET_MS)
    while (this.#read() > 0 && Date.now() < until)
  }

  /** Reads what is new and returns the number of bytes. */
  #read(): number {
    const chunk = Buffer.alloc(1 << 20)
    const before = this.#offset
    try {
      for (;;) {
        const length = readSync(this.#log, chunk, 0, chunk.length, this.#offset)
        if (length === 0) return this.#offset - before
        this.#offset += length
        this.#take(chunk.toString('latin1', 0, length))
      }
    } catch (error) {
      this.#failure = `the audit log: ${messageOf(error)}`
      return 0
    }
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#counts.add(line, this.#child.pid ?? 0)
  }
}
