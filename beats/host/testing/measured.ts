// A program for live tests: prints the events of one tick, with the settings of its argument, and how long it took.
import { runBeat } from 'sealbeat/testing'
import host from '../index.ts'

const start = performance.now()
const events = await runBeat(
  host,
  { period: '1h', ...JSON.parse(process.argv[2] ?? '{}') },
  { count: 1 },
)
console.log(JSON.stringify({ events, durationMs: performance.now() - start }))
process.exit()
