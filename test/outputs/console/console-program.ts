import { writeSync } from 'node:fs'
import pino from 'pino'
import { DEFAULT_DELIVERY } from '../../../lib/config/delivery.ts'
import consoleOutput from '../../../lib/outputs/console/console.ts'
import { openPipeline } from '../../../lib/pipeline/pipeline.ts'
import { batchOf } from '../../../lib/testing/batch.ts'
import { NEVER, SOURCE } from '../../pipeline/fixtures.ts'

// A small program for console.test.ts: publishes COUNT events of SIZE bytes to standard output and reports
// the result on standard error. While it waits, it shows that its event loop is not blocked.
const [count = '1', size = '1', mode = ''] = process.argv.slice(2)
const say = (words: object) => writeSync(2, `${JSON.stringify(words)}\n`)
const log = pino({ level: 'error' }, { write: () => {} })

const paths = { home: '/', config: '/', data: '/', logs: '/' }
const [, format = 'auto'] = /^format: (.*)$/.exec(mode) ?? []
const settings = { format: format as 'auto', pretty: mode === 'pretty' } as const
const output = await consoleOutput.open({ settings, paths, log })
if (mode === 'aborted') {
  const abort = new AbortController()
  setTimeout(() => abort.abort(new Error('enough')), 50)
  const call = { signal: abort.signal, progress: () => {} }
  const lines = Array.from({ length: Number(count) }, () =>
    JSON.stringify('x'.repeat(Number(size))),
  )
  const ended = output.write(batchOf(lines), call)
  say(
    await ended.then(
      () => ({ written: true }),
      (error: Error) => ({ ended: error.message }),
    ),
  )
  process.exit(0)
}
if (mode === 'retried') {
  const batch = batchOf([JSON.stringify('x'.repeat(Number(size)))])
  for (let at = 0; at < Number(count); at++) {
    const signal = AbortSignal.timeout(5)
    await output.write(batch, { signal, progress: () => {} }).catch(() => undefined)
  }
  say({ kept: process.stdout.writableLength < 2 * Number(size) })
  process.exit(0)
}
const queue = { events: 1000, bytes: 1 << 20, flush: { min_events: 100, timeout: 1 } }
const delivery = { ...DEFAULT_DELIVERY, ordered: true, backoff: { init: 1, max: 10 } }
const pipeline = openPipeline({ output, queue, log, delivery })
pipeline.start()

void pipeline.failed.then(error => {
  say({ failed: error.code, message: error.message })
  process.exitCode = 1
  clearInterval(loop)
})
let turns = 0
const loop = setInterval(() => {
  turns++
  // The reader has not read a byte yet.
  if (mode === 'stuck' && turns === 20) {
    say({ stuck: pipeline.stats().acked < Number(count), turns })
    process.exit(3)
  }
}, 5)

const publish = pipeline.publisher(SOURCE, NEVER)
try {
  for (let id = 0; id < Number(count); id++) {
    await publish({ id, text: 'ü'.repeat(Number(size) / 2) })
  }
  const { lost } = await pipeline.close(NEVER)
  say({ lost, ...pipeline.stats() })
} catch (error) {
  say({ refused: error instanceof Error ? error.message : error })
}
clearInterval(loop)
