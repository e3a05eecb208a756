import { setTimeout } from 'node:timers/promises'
import { defineBeat, durationFrom, text } from 'sealbeat'

/**
 * What its section of beat.yml comes to.
 *
 * @typedef {object} Settings
 * @property {number} period milliseconds
 * @property {string} message
 */

/**
 * Says that the agent is alive, and for how long it has been.
 *
 * @type {import('sealbeat').Beat<Settings>}
 */
export default defineBeat({
  name: '__NAME__',
  schema: {
    period: { doc: 'How often it is said.', format: durationFrom(1), default: 10_000 },
    message: { doc: 'What is said.', format: text, default: 'alive' },
  },
  // Under the filter. What needs more than that allows (a low port, a file of root's) belongs in `open`.
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
