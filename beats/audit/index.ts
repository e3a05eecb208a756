import { defineBeat } from 'sealbeat'
import { type AuditLog, openAuditLog } from 'sealbeat/audit'
import { lossWarning, lostEvent } from './lost.ts'
import { createReporter } from './report.ts'
import { type Settings, schema } from './settings.ts'

const AUDIT_SECCOMP = 1326 // linux/audit.h

/** Reports every violation of a seccomp filter on the system (S12 to S14). */
export default defineBeat<Settings, AuditLog>({
  name: 'audit',
  schema,
  privileges: ({ buffer }) => [
    {
      ...{ netlink: 'audit 1', with: 'CAP_AUDIT_READ', bufferBytes: buffer },
      why: 'reads the records of the kernel',
    },
  ],
  opensUnfiltered: true,
  open: async ({ settings }) => openAuditLog(AUDIT_SECCOMP, settings.buffer),
  async run({ log, signal, publish }, audit) {
    const report = createReporter()
    const warn = lossWarning(lost =>
      log.warn(
        { lost },
        'Audit records lost: the kernel had no room for them; set a larger buffer',
      ),
    )
    for await (const { records, lost } of audit.batches(signal)) {
      warn(lost)
      const events = [...(await report(records)), ...(lost > 0 ? [lostEvent(lost)] : [])]
      if (events.length > 0) await publish(events)
    }
  },
  close: async audit => audit.close(),
})
