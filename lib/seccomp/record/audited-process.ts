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

/** Where auditd writes unless it is told otherwise (auditd.conf(5)). */
export const AUDIT_LOG = '/var/log/audit/audit.log'

/** Milliseconds without a new record after which the log is taken to be complete, and at most. */
const QUIET = 500
const LONGEST = 5_000

/**
 * A Node process whose filter has every call logged (`default_action: log`), and the audit log that
 * auditd writes meanwhile. The records have no arguments.
 */
export class AuditedProcess implements RecordedAgent {
  readonly phase = 'run'
  readonly #child: ChildProcess
  readonly #log: number
  readonly #counts: AuditCounts
  #offset: number
  #rest = ''
  #failure: string | undefined

  /** @throws Error where the log can't be opened */
  constructor(
    architecture: Architecture,
    log: string,
    args: readonly string[],
    stdout: number | 'inherit',
  ) {
    this.#log = openSync(log, 'r')
    // Whatever is there is of others.
    this.#offset = fstatSync(this.#log).size
    this.#counts = new AuditCounts(architecture)
    this.#child = spawn(process.execPath, args, {
      stdio: ['inherit', stdout, 'inherit'],
      // A session of its own: Ctrl-C reaches it once, by us, and not from the terminal as well.
      detached: true,
    })
  }

  get failure(): string | undefined {
    return this.#failure
  }

  get shortcomings(): readonly string[] {
    const { lost } = this.#counts
    const arguments_ = 'audit records have no arguments: calls are allowed whatever theirs are'
    if (lost === 0) return [arguments_]
    return [
      arguments_,
      `${lost} records are missing in the audit log: what they told is not allowed`,
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
    await this.#settle()
    return signal === null ? code : 128 + constants.signals[signal as NodeJS.Signals]
  }

  /** auditd writes what it has been sent a little later. */
  async #settle(): Promise<void> {
    const until = Date.now() + LONGEST
    do await pause(QUIET)
    while (this.#read() > 0 && Date.now() < until)
  }

  /** How many bytes were new. */
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
