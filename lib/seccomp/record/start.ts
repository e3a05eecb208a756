// `start.js <descriptor> <program, base64> <argument>…`: sends a listener to the recorder over the
// descriptor, installs the program as its filter, and executes node with these arguments.
import { writeSync } from 'node:fs'
import { getSystemErrorName } from 'node:util'
import { findRecorder } from './native.ts'

const [descriptor, program = '', ...args] = process.argv.slice(2)
const found = findRecorder()
if ('problem' in found) end(found.problem)
const argv = [process.execPath, ...args].map(word => `${word}\0`).join('')
const errno = found.recorder.start(
  Number(descriptor),
  process.execPath,
  Buffer.from(argv),
  Buffer.from(program, 'base64'),
)
end(`${process.execPath} could not be recorded: ${getSystemErrorName(-errno)}`)

/** The recorder says what that means: a stack would only hide it. */
function end(problem: string): never {
  writeSync(2, `${problem}\n`)
  process.exit(1)
}
