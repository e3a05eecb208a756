// `auditd.js FILE`: writes the kernel's audit records to the file as auditd does, until it is killed.
// Prints "ready" at the start, or "refused" if this user may not read the records.
import { appendFileSync } from 'node:fs'
import { openAuditTail } from '../audit/audit-tail.ts'

const [file = ''] = process.argv.slice(2)
const tail = await openAuditTail()
console.log(tail ? 'ready' : 'refused')
let written = 0
setInterval(() => {
  const records = tail?.read().slice(written) ?? []
  written += records.length
  if (records.length > 0) appendFileSync(file, records.map(lineOf).join(''))
}, 20)

function lineOf(record: string): string {
  const type = / code=0x/.test(record) ? 'SECCOMP' : 'CONFIG_CHANGE'
  return `type=${type} msg=${record.replace(/[\n\0]/g, '')}\n`
}
