import { setTimeout } from 'node:timers/promises'
import { defineBeat, durationFrom, text } from 'sealbeat'

/** Reports that the agent is alive, and its uptime. */
export default defineBeat({
  name: '__NAME__',
  schema: {
    period: { doc: 'How often to publish an event.', format: durationFrom(1), default: 10_000 },
    message: { doc: 'The message of each event.', format: text, default: 'alive' },
  },
  // Runs under the filter. Use `open` for anything that needs more (a low port, a file of root's).
  async run({ settings, signal, publish }) {
    while (!signal.aborted) {
      await publish({
        event: { dataset: '__NAME__.alive' },
        message: settings.message,
        process: { uptime: Math.round(process.uptime()) },
      })
      await setTimeout(settings.period, undefined, { signal }).catch(() => {})
    }
  },
})
