import type { AuditBatch } from 'sealbeat/audit'
import { type Domain, Domains } from './domains.ts'
import { type Labels, parseLabels, parseSyscall, type SyscallRecord } from './records/companions.ts'
import { eventOfText, SEVERAL } from './records/fields.ts'
import { type LandlockDenial, parseDenial, parseDomain } from './records/landlock.ts'
import { NAMES, TYPES, type TypeName } from './records/message-types.ts'
import { parseSeccomp, type SeccompRecord } from './records/seccomp.ts'
import type { Unreadable } from './unreadable.ts'

/** What one or more records say about one violation. */
export type Violation = SeccompViolation | LandlockViolation

export interface SeccompViolation {
  readonly record: SeccompRecord
  readonly labels: Labels
}

export interface LandlockViolation {
  readonly denial: LandlockDenial
  readonly domain: Domain
  readonly call: SyscallRecord | undefined
  readonly labels: Labels
}

/** Violations of one event of the kernel, until its other records have come. */
interface Held {
  readonly records: SeccompRecord[]
  readonly denials: { readonly denial: LandlockDenial; readonly domain: Domain }[]
  readonly dueAtMs: number
  call: SyscallRecord | undefined
  labels: Labels
}

/**
 * How long to wait for the other records of an event. The kernel writes them at once, or, where it audits system
 * calls, when the call returns, and a last one that tells the end. Where it does not, nothing tells the end.
 */
const HOLD_MS = 100
/** How many events may wait. Another one takes the place of the first. */
const MAX_HELD = 4096

/**
 * Puts the records together that belong to one event. Most violations of seccomp are one record, which waits for
 * nothing.
 */
export class Assembly {
  readonly #unreadable: Unreadable
  readonly #domains = new Domains()
  readonly #held = new Map<string, Held>()

  constructor(unreadable: Unreadable) {
    this.#unreadable = unreadable
  }

  /** How many violations wait for other records. */
  get held(): number {
    return [...this.#held.values()].reduce((sum, held) => sum + countOf(held), 0)
  }

  /** After how long there is a violation that has waited long enough. */
  dueInMs(nowMs: number): number | undefined {
    const [first] = this.#held.values()
    return first && Math.max(0, first.dueAtMs - nowMs)
  }

  /** Takes records, and returns what is complete, or has waited long enough before they came. */
  add(
    { records, types }: Pick<AuditBatch, 'records' | 'types'>,
    nowMs: number,
  ): readonly Violation[] {
    const complete: Violation[] = []
    records.forEach((text, at) => {
      const type = types[at]
      if (type === TYPES.seccomp) this.#addSeccomp(text, nowMs, complete)
      else if (type === TYPES.landlock_access) this.#addDenial(text, nowMs, complete)
      else if (type === TYPES.landlock_domain) this.#addDomain(text)
      else if (this.#held.size > 0) this.#addCompanion(type, text, complete)
    })
    for (const [event, held] of this.#held) {
      if (held.dueAtMs > nowMs) break
      this.#release(event, held, complete)
    }
    return complete
  }

  #addSeccomp(text: string, nowMs: number, complete: Violation[]): void {
    const record = this.#read('seccomp', text, parseSeccomp)
    if (!record) return
    if (record.subject === SEVERAL) this.#hold(text, nowMs, complete).records.push(record)
    else complete.push({ record, labels: [] })
  }

  #addDenial(text: string, nowMs: number, complete: Violation[]): void {
    const denial = this.#read('landlock_access', text, parseDenial)
    if (!denial) return
    const domain = this.#domains.get(denial.domain)
    this.#hold(text, nowMs, complete).denials.push({ denial, domain })
  }

  #addDomain(text: string): void {
    const found = this.#read('landlock_domain', text, parseDomain)
    if (!found) return
    if (found.restricted) this.#domains.get(found.domain).restricted = found.restricted
    else this.#domains.forget(found.domain)
  }

  /** Of these, only those of the events that wait are of interest. */
  #addCompanion(type: number | undefined, text: string, complete: Violation[]): void {
    const event = eventOfText(text)
    const held = this.#held.get(event)
    const name = NAMES.get(type)
    if (!held || !name) return
    if (name === 'eoe') this.#release(event, held, complete)
    else if (name === 'syscall') held.call = this.#read(name, text, parseSyscall) ?? held.call
    else {
      held.labels = [...held.labels, ...(this.#read(name, text, parseLabels) ?? [])]
      if (held.denials.length === 0) this.#release(event, held, complete)
    }
  }

  #read<T extends object>(
    type: TypeName,
    text: string,
    parse: (text: string) => T | string,
  ): T | undefined {
    const read = parse(text)
    if (typeof read !== 'string') return read
    this.#unreadable.add(type, read, text)
    return undefined
  }

  #hold(text: string, nowMs: number, complete: Violation[]): Held {
    const event = eventOfText(text)
    const waits = this.#held.get(event)
    if (waits) return waits
    for (const [first, its] of this.#held) {
      if (this.#held.size < MAX_HELD) break
      this.#release(first, its, complete)
    }
    const dueAtMs = nowMs + HOLD_MS
    const held: Held = { records: [], denials: [], dueAtMs, call: undefined, labels: [] }
    this.#held.set(event, held)
    return held
  }

  #release(event: string, held: Held, complete: Violation[]): void {
    this.#held.delete(event)
    const { records, denials, call, labels } = held
    for (const record of records) complete.push({ record, labels })
    for (const each of denials) complete.push({ ...each, call, labels })
  }
}

function countOf({ records, denials }: Held): number {
  return records.length + denials.length
}
