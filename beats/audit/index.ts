import { defineBeat } from 'sealbeat'
import { type AuditLog, openAuditLog } from 'sealbeat/audit'
import { fields } from './event.ts'
import { lossWarning, lostEvent } from './lost.ts'
import { typesFor } from './records/message-types.ts'
import { Reporter } from './report.ts'
import { type Settings, schema } from './settings.ts'
import { unreadableEvent } from './unreadable.ts'

/** A beat that is started again after a failure goes on with what it has heard before. */
interface Resources {
  readonly audit: AuditLog
  readonly reporter: Reporter
}

/** Reports every violation of a seccomp filter on the system (S12 to S14), and every denial by Landlock. */
export default defineBeat<Settings, Resources>({
  name: 'audit',
  schema,
  fields,
  privileges: ({ buffer }) => [
    {
      ...{ netlink: 'audit 1', with: 'CAP_AUDIT_READ', bufferBytes: buffer },
      why: 'reads the records of the kernel',
    },
  ],
  opensUnfiltered: true,
  open: async ({ settings }) => ({
    reporter: new Reporter(),
    audit: openAuditLog(typesFor(settings), settings.buffer),
  }),
  async run({ log, signal, publish }, { audit, reporter }) {
    const warn = lossWarning(lost =>
      log.warn(
        { lost },
        'Audit records lost: the kernel had no room for them; set a larger buffer',
      ),
    )
    for await (const batch of audit.batches(signal, () => reporter.dueInMs())) {
      const { lost } = batch
      warn(lost)
      const violations = await reporter.report(batch)
      const unreadable = reporter.unreadable()
      for (const { type, reason, count, text } of unreadable) {
        log.warn({ type, reason, count, text }, 'Audit records of the kernel can not be read')
      }
      const losses = lost > 0 ? [lostEvent(lost)] : []
      const events = [...violations, ...unreadable.map(unreadableEvent), ...losses]
      if (events.length > 0) await publish(events)
    }
    const { waiting, suppressed } = reporter
    if (waiting + suppressed > 0) {
      // What the agent itself was denied is told once a minute: that some is left is as usual as the denials.
      const level = waiting > 0 ? 'warn' : 'info'
      log[level]({ waiting, suppressed }, 'Stopped before these violations were reported')
    }
  },
  close: async ({ audit }) => audit.close(),
})
