// `start.js <descriptor> <program, base64> <argument>…`: sends a listener to the recorder over the
// descriptor, installs the program as its filter, and executes node with these arguments.
import { getSystemErrorName } from 'node:util'
import { findRecorder } from './native.ts'

const [descriptor, program = '', ...args] = process.argv.slice(2)
const found = findRecorder()
if ('problem' in found) throw new Error(found.problem)
const argv = [process.execPath, ...args].map(word => `${word}\0`).join('')
const errno = found.recorder.start(
  Number(descriptor),
  process.execPath,
  Buffer.from(argv),
  Buffer.from(program, 'base64'),
)
throw new Error(`${process.execPath} could not be recorded: ${getSystemErrorName(-errno)}`)
