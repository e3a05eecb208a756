// A beat that waits for each publish to be acknowledged before the next, and logs how many milliseconds each took.
import type { Beat } from '../../lib/beat.ts'
import { accessLog } from './access-log.ts'

const EVENTS = 500
const AT_LEAST = 3
const AT_LEAST_MS = 500

const oneByOne: Beat = {
  name: 'one-by-one',
  schema: {},
  async run({ publish, log }) {
    const events = accessLog(EVENTS)
    const start = performance.now()
    const passed = () => performance.now() - start
    let publishes = 0
    while (publishes < AT_LEAST || passed() < AT_LEAST_MS) {
      await (await publish(events)).acked
      publishes++
    }
    log.info({ measured: { msEach: passed() / publishes } }, 'Done')
  },
}

export default oneByOne
