// `audited.js <name> <action> <log>`: as a process of that name, makes a call that gets that action.
import { writeSync } from 'node:fs'
import { installProgram } from '../../lib/seccomp/kernel/kernel.ts'
import { answering, numberOf } from '../answering.ts'
import { probe } from '../probe.ts'

const [name = '', action = '', log = ''] = process.argv.slice(2)
process.title = name // becomes the record's `comm`
const number = await numberOf('getppid')
const program = answering([number], { action: action === 'log' ? 'log' : 'errno' })
const { error } = installProgram(program, { log: log === 'true' })
writeSync(1, JSON.stringify({ number, error, called: probe.syscall(number) }))
process.exit(0)
