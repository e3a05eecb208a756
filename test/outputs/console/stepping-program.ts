import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import pino from 'pino'
import consoleOutput from '../../../lib/outputs/console/console.ts'
import { batchOf, endlessCall } from '../../../lib/testing/batch.ts'
import { codeOf } from '../../code-of.ts'

// For standard-output.test.ts: writes each batch that it reads (a line with a JSON list of lines), and
// answers on standard error with `ok` or the code of the error and its cause.
const paths = { home: '/', config: '/', data: '/', logs: '/' }
const settings = { format: 'auto', pretty: process.argv[2] === 'pretty' } as const
// A logger of its own would open standard output, which for a terminal is to open it once more.
const log = pino({ enabled: false }, { write: () => undefined })
const output = await consoleOutput.open({ settings, paths, log })
for await (const step of createInterface({ input: process.stdin })) {
  const outcome = await output.write(batchOf(JSON.parse(step)), endlessCall()).then(
    () => 'ok',
    error => [codeOf(error), ...(error.cause ? [codeOf(error.cause)] : [])].join(' '),
  )
  writeSync(2, `${outcome}\n`)
}
