import type { Event } from 'sealbeat'
import { type CallNames, callNames } from 'sealbeat/seccomp'
import { type Accounts, localAccounts } from './accounts.ts'
import { eventOf } from './event.ts'
import { OwnViolations } from './own.ts'
import { parentOf, seesEveryProcess } from './parents.ts'
import { parseRecord, type SeccompRecord } from './records/seccomp.ts'

/** Turns a batch of records into events. */
type Reporter = (records: readonly string[]) => Promise<readonly Event[]>

export function createReporter(accounts: Accounts = localAccounts()): Reporter {
  const own = new OwnViolations()
  const names = new Map<number, CallNames | undefined>()
  const findParent = seesEveryProcess() ? parentOf : () => undefined

  /** Loads the table of an architecture when its first record arrives. */
  async function loadNames(records: readonly SeccompRecord[]): Promise<void> {
    for (const { arch } of records) if (!names.has(arch)) names.set(arch, await callNames(arch))
  }

  return async texts => {
    const records = texts.map(parseRecord).filter(record => record !== undefined)
    await loadNames(records)
    // In a flood, most records are of one process: look up its parent once per batch.
    const parentOfPid = new Map<number, number | undefined>()
    return records.flatMap((record): readonly Event[] => {
      const decision = own.decide(record)
      if (!decision) return []
      if (!parentOfPid.has(record.pid)) parentOfPid.set(record.pid, findParent(record))
      const { uid, gid, auid } = record
      const details = {
        names: names.get(record.arch),
        user: accounts.user(uid),
        group: accounts.group(gid),
        auditUser: auid === undefined ? undefined : accounts.user(auid),
        parent: parentOfPid.get(record.pid),
        unreported: decision.unreported,
      }
      return [eventOf(record, details)]
    })
  }
}
