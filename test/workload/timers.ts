import { performance } from 'node:perf_hooks'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Phase } from './phase.ts'

export const timers: Phase = {
  name: 'timers',
  async run() {
    await setTimeout(5)
    await setImmediate()
    const late = globalThis.setTimeout(() => {}, 60_000)
    late.unref()
    clearTimeout(late)
    await new Promise<void>(resolve => {
      let ticks = 0
      const interval = setInterval(() => {
        if (++ticks < 5) return
        clearInterval(interval)
        resolve()
      }, 2)
    })
    await new Promise(resolve => AbortSignal.timeout(3).addEventListener('abort', resolve))
    Date.now()
    performance.now()
    performance.mark('start')
    performance.measure('since', 'start')
    process.hrtime.bigint()
    // Long enough for the event loop to compute a wait that is neither 0 nor infinite.
    await setTimeout(150)
  },
}
