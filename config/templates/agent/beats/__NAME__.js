import { setTimeout } from 'node:timers/promises'
import { defineBeat, durationFrom, text } from 'sealbeat'

/**
 * The beat's settings in beat.yml.
 *
 * @typedef {object} Settings
 * @property {number} period milliseconds
 * @property {string} message
 */

/**
 * Reports that the agent is alive, and its uptime.
 *
 * @type {import('sealbeat').Beat<Settings>}
 */
export default defineBeat({
  name: '__NAME__',
  schema: {
    period: { doc: 'How often to publish an event.', format: durationFrom(1), default: 10_000 },
    message: { doc: 'The message of each event.', format: text, default: 'alive' },
  },
  // Runs under the filter. Use `open` for anything that needs more (a low port, a file of root's).
  async run(context) {
    const { settings, signal } = context
    while (!signal.aborted) {
      await report(context)
      await setTimeout(settings.period, undefined, { signal }).catch(() => {})
    }
  },
  // One round, in place of `run`: `sealbeat run --once`.
  once: report,
})

/** @param {import('sealbeat').Context<Settings>} context */
async function report({ settings, publish }) {
  await publish({
    event: { dataset: '__NAME__.alive' },
    message: settings.message,
    process: { uptime: Math.round(process.uptime()) },
  })
}
