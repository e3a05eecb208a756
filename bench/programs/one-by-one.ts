// A beat whose publishers each wait for a publish to be acknowledged before the next, and that logs how many
// milliseconds there were for each publish.
import type { Beat } from '../../lib/beat.ts'
import { accessLog } from './access-log.ts'

interface Settings {
  readonly events: number
  readonly publishers: number
}

const AT_LEAST = 3
const AT_LEAST_MS = 500

const oneByOne: Beat<Settings> = {
  name: 'one-by-one',
  schema: {
    events: { doc: 'Events of a publish.', format: 'nat', default: 500 },
    publishers: { doc: 'How many publish at once.', format: 'nat', default: 1 },
  },
  async run({ publish, log, settings }) {
    const events = accessLog(settings.events)
    const start = performance.now()
    const passed = () => performance.now() - start
    let publishes = 0
    const publishAll = async (): Promise<void> => {
      while (publishes < AT_LEAST || passed() < AT_LEAST_MS) {
        await (await publish(events)).acked
        publishes++
      }
    }
    await Promise.all(Array.from({ length: settings.publishers }, publishAll))
    log.info({ measured: { msEach: passed() / publishes } }, 'Done')
  },
}

export default oneByOne
