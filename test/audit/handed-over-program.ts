import { loadAddon } from '../../lib/addon.ts'
import { openAuditLog } from '../../lib/audit/audit-log.ts'
import { messageOf } from '../../lib/errors.ts'
import { NOBODY } from '../matrix/watch.ts'

// For audit-log.test.ts, as root: opens the audit log as systemd does for a service, becomes a user without
// capabilities, takes the socket over, and prints one line of JSON: whether it is refused where the variables are
// for another process, and a second time; then the first record with that name in it.
const [name = ''] = process.argv.slice(2)
const AUDIT_SECCOMP = 1326 // linux/audit.h
const BUFFER_BYTES = 1 << 20

const loaded = loadAddon()
if ('problem' in loaded || !loaded.addon.audit) throw new Error('no audit log here')
const descriptor = loaded.addon.audit.open(BUFFER_BYTES)
process.setgroups?.([])
process.setgid?.(NOBODY)
process.setuid?.(NOBODY)

/** The reason if it can't be opened. */
function attempt(pid: number) {
  Object.assign(process.env, { LISTEN_PID: String(pid), LISTEN_FDS: String(descriptor - 2) })
  try {
    return { log: openAuditLog([AUDIT_SECCOMP], BUFFER_BYTES) }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}

const [forAnother, taken, again] = [process.ppid, process.pid, process.pid].map(attempt)
console.log(JSON.stringify({ forAnother: forAnother?.problem, again: again?.problem }))
for await (const { records } of taken?.log?.batches(AbortSignal.timeout(20_000)) ?? []) {
  const found = records.find(text => text.includes(name))
  if (found === undefined) continue
  console.log(JSON.stringify({ found }))
  break
}
taken?.log?.close()
