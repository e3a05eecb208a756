// `violating.js <name> <action>`: as a process of that name, calls `getppid`, which gets that action.
import { installProgram } from '../../lib/seccomp/kernel/kernel.ts'
import { ACTIONS } from '../../lib/seccomp/policy/policy.ts'
import { answering, numberOf } from '../answering.ts'
import { probe } from '../probe.ts'

const [name = '', word] = process.argv.slice(2)
const action = ACTIONS.find(each => each === word)
if (!action) throw new Error(`no action ${word}`)
process.title = name // becomes the record's `comm`
const number = await numberOf('getppid')
const { error } = installProgram(answering([number], { action }), { log: true })
if (error) throw new Error(error)
probe.syscall(number)
process.exit(0)
