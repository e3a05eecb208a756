import { setTimeout } from 'node:timers/promises'
import { defineBeat, durationFrom } from 'sealbeat'

/** Publishes an event every two seconds, by default, as a sign of life of the agent. */
export default defineBeat({
  name: 'heartbeat',
  schema: {
    period: { doc: 'The time between two events.', format: durationFrom(1), default: 2000 },
  },
  async run({ settings, signal, publish }) {
    while (!signal.aborted) {
      await publish({
        event: { dataset: 'heartbeat.alive' },
        message: 'alive',
        process: { uptime: Math.round(process.uptime()) },
      })
      await setTimeout(settings.period, undefined, { signal }).catch(() => {})
    }
  },
})
