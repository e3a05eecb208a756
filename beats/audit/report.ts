import type { Event } from 'sealbeat'
import type { AuditBatch } from 'sealbeat/audit'
import { type CallNames, callNames } from 'sealbeat/seccomp'
import {
  Assembly,
  type LandlockViolation,
  type SeccompViolation,
  type Violation,
} from './assembly.ts'
import { type Accounts, localAccounts } from './details/accounts.ts'
import { OwnViolations } from './details/own.ts'
import { parentOf, seesEveryProcess } from './details/parents.ts'
import { eventOf } from './event.ts'
import { landlockEventOf } from './landlock-event.ts'
import { Unreadable, type UnreadableRecords } from './unreadable.ts'

type FindParent = (process: { readonly pid: number; readonly time: Date }) => number | undefined
type ParentAt = (pid: number, time: Date) => number | undefined

interface Ids {
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  readonly auid?: number | undefined
}

/** Turns batches of records into events. It remembers what of an event has not arrived yet. */
export class Reporter {
  readonly #accounts: Accounts
  readonly #own: OwnViolations
  readonly #unreadable = new Unreadable()
  readonly #assembly = new Assembly(this.#unreadable)
  readonly #names = new Map<number, CallNames | undefined>()
  readonly #findParent: FindParent

  constructor(
    accounts: Accounts = localAccounts(),
    own: OwnViolations = new OwnViolations(),
    findParent: FindParent = seesEveryProcess() ? parentOf : () => undefined,
  ) {
    this.#accounts = accounts
    this.#own = own
    this.#findParent = findParent
  }

  /** The events of violations whose records are complete, or have been waited for long enough. */
  async report(batch: Pick<AuditBatch, 'records' | 'types'>, nowMs = performance.now()) {
    const violations = this.#assembly.add(batch, nowMs)
    await this.#loadNames(violations)
    // In a flood, most records are of one process: look up its parent once per batch.
    const parents = new Map<number, number | undefined>()
    const parentAt = (pid: number, time: Date) => {
      if (!parents.has(pid)) parents.set(pid, this.#findParent({ pid, time }))
      return parents.get(pid)
    }
    return violations.flatMap((violation): readonly Event[] =>
      'record' in violation
        ? this.#seccompEvent(violation, parentAt, nowMs)
        : this.#landlockEvent(violation, parentAt, nowMs),
    )
  }

  /** The records that could not be read, if it is time to tell. */
  unreadable(nowMs = performance.now()): readonly UnreadableRecords[] {
    return this.#unreadable.due(nowMs)
  }

  /** After how long there is something to report although no record has come. */
  dueInMs(nowMs = performance.now()): number | undefined {
    const times = [this.#assembly.dueInMs(nowMs), this.#unreadable.dueInMs(nowMs)]
    const known = times.filter(time => time !== undefined)
    return known.length === 0 ? undefined : Math.min(...known)
  }

  /** How many violations of the agent itself no event has told of yet. */
  get suppressed(): number {
    return this.#own.suppressed
  }

  /** How many violations and unreadable records nothing has been reported of yet. */
  get waiting(): number {
    return this.#unreadable.waiting + this.#assembly.held
  }

  /** Loads the table of an architecture when its first record arrives. */
  async #loadNames(violations: readonly Violation[]): Promise<void> {
    for (const violation of violations) {
      const arch = 'record' in violation ? violation.record.arch : violation.call?.arch
      if (arch === undefined || this.#names.has(arch)) continue
      this.#names.set(arch, await callNames(arch))
    }
  }

  #seccompEvent(
    { record, labels }: SeccompViolation,
    parentAt: ParentAt,
    nowMs: number,
  ): readonly Event[] {
    const decision = this.#own.decide(`syscall ${record.syscall}`, record, nowMs)
    if (!decision) return []
    const names = this.#names.get(record.arch)
    const parent = parentAt(record.pid, record.time)
    const { unreported } = decision
    return [eventOf(record, { names, parent, labels, unreported, ...this.#accountsOf(record) })]
  }

  #landlockEvent(
    violation: LandlockViolation,
    parentAt: ParentAt,
    nowMs: number,
  ): readonly Event[] {
    const { denial, domain, call } = violation
    const { restricted } = domain
    const violator = call ?? (restricted && { ...restricted, auid: null })
    // Of a domain that nobody is known to be in, each has its own share.
    const kind = `${violator ? 'landlock' : denial.domain} ${denial.blockers}`
    const decision = this.#own.decide(kind, violator, nowMs)
    if (!decision) return []
    const names = call && this.#names.get(call.arch)
    const parent = call ? call.ppid : restricted && parentAt(restricted.pid, denial.time)
    const accounts = this.#accountsOf(call ?? restricted ?? {})
    return [landlockEventOf(violation, { names, parent, ...accounts, ...decision })]
  }

  #accountsOf({ uid, gid, auid }: Ids) {
    return {
      user: uid === undefined ? undefined : this.#accounts.user(uid),
      group: gid === undefined ? undefined : this.#accounts.group(gid),
      auditUser: auid === undefined ? undefined : this.#accounts.user(auid),
    }
  }
}
