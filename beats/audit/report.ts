import type { Event } from 'sealbeat'
import { type CallNames, callNames } from 'sealbeat/seccomp'
import { type Accounts, localAccounts } from './accounts.ts'
import { eventOf } from './event.ts'
import { OwnViolations } from './own.ts'
import { parentOf, seesEveryProcess } from './parents.ts'
import { parseRecord, type SeccompRecord } from './record.ts'

/** Makes events of the records that arrived together. */
export type Reporter = (records: readonly string[]) => Promise<readonly Event[]>

export function createReporter(accounts: Accounts = localAccounts()): Reporter {
  const own = new OwnViolations()
  const names = new Map<number, CallNames | undefined>()
  const parents = seesEveryProcess() ? parentOf : () => undefined

  /** A table is loaded when the first record of its architecture comes. */
  async function loadNames(records: readonly SeccompRecord[]): Promise<void> {
    for (const { arch } of records) if (!names.has(arch)) names.set(arch, await callNames(arch))
  }

  return async texts => {
    const records = texts.map(parseRecord).filter(record => record !== undefined)
    await loadNames(records)
    // In a flood one process has most of the records.
    const known = new Map<number, number | undefined>()
    return records.flatMap((record): readonly Event[] => {
      const told = own.tell(record)
      if (!told) return []
      if (!known.has(record.pid)) known.set(record.pid, parents(record))
      const { uid, gid, auid } = record
      const around = {
        names: names.get(record.arch),
        user: accounts.user(uid),
        group: accounts.group(gid),
        auditUser: auid === undefined ? undefined : accounts.user(auid),
        parent: known.get(record.pid),
        unreported: told.unreported,
      }
      return [eventOf(record, around)]
    })
  }
}
