// `flooding.js <name> <count>`: as a process of that name, makes a denied call `count` times.
import { writeSync } from 'node:fs'
import { installProgram } from '../../lib/seccomp/kernel/kernel.ts'
import { answering, numberOf } from '../answering.ts'
import { probe } from '../probe.ts'

const [name = '', count = ''] = process.argv.slice(2)
process.title = name // becomes the record's `comm`
const number = await numberOf('getppid')
const { error } = installProgram(answering([number], { action: 'errno' }), { log: true })
let denied = 0
for (let at = 0; at < Number(count); at++) if (probe.syscall(number).errno === 1) denied++
writeSync(1, JSON.stringify({ error, denied }))
process.exit(0)
