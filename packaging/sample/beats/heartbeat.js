import { setTimeout } from 'node:timers/promises'
import { defineBeat, durationFrom } from 'sealbeat'

/** Says every two seconds that the agent is alive. */
export default defineBeat({
  name: 'heartbeat',
  schema: {
    period: { doc: 'How often it is said.', format: durationFrom(1), default: 2000 },
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
