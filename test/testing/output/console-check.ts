import { writeSync } from 'node:fs'
import consoleOutput from '../../../lib/outputs/console/console.ts'
import { checkOutput } from '../../../lib/testing/index.ts'

// A small program for builtin.test.ts, whose standard output is not that of the test runner.
const config = { pretty: process.argv[2] === 'pretty' }
// Node makes the stream when it is first asked for, and keeps it: no output can close it.
if (!process.stdout.writable) process.exitCode = 1
try {
  const module = new URL('../../../lib/outputs/console/console.js', import.meta.url)
  await checkOutput(consoleOutput, { config, module })
  writeSync(2, 'sound')
} catch (error) {
  writeSync(2, String(error))
}
