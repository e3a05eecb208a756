// Checks every error that a rule can name: getpgid(2) of the n-th process id fails with the n-th error.
import { writeSync } from 'node:fs'
import { ERRNO, type ErrnoName } from '../../../lib/seccomp/architectures/errno.ts'
import { numberOf } from '../../answering.ts'
import { probe } from '../../probe.ts'
import { blacklist, compiled, install } from '../compiled.ts'

const names = Object.keys(ERRNO) as ErrnoName[]
const rules = names.map((errno, at) => ({
  name: 'getpgid',
  conditions: [{ argument: 0, operation: 'Equal', value: BigInt(at) }] as const,
  verdict: { action: 'errno', errno } as const,
}))
const ready = await compiled(blacklist(rules))
const getpgid = await numberOf('getpgid')
install(ready)
const answers = names.map((_, at) => probe.syscall(getpgid, at).errno)
const { errno } = ready.architecture
const wrong = names.flatMap((name, at) =>
  answers[at] === errno[name] ? [] : [`${name}: errno ${answers[at]}`],
)
writeSync(1, JSON.stringify({ tried: names.length, wrong }))
process.exit(0)
