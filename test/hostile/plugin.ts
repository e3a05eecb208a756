// A beat that acts as a compromised dependency. Its event lists the attempts and their results.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { getSystemErrorName } from 'node:util'
import { defineBeat } from 'sealbeat'
import { runningTable } from '../answering.ts'
import { probe } from '../probe.ts'
import { ATTEMPTS, type Attempt } from './attempts.ts'

const numbers = await runningTable()

function attempt({ call, args = [], error }: Attempt) {
  const number = numbers[call]
  if (number === undefined) return []
  const { errno } = probe.syscall(number, ...args)
  return [
    { call, args: args.join(), error, got: errno === 0 ? 'done' : getSystemErrorName(-errno) },
  ]
}

/** Tries to start a shell with Node's own API. */
function shell(): string {
  const { error } = spawnSync('/bin/sh', ['-c', 'true'])
  return error && 'code' in error ? String(error.code) : 'done'
}

/** Actions that no system call filter stops. */
function open(): Readonly<Record<string, boolean>> {
  const [PROT_RWX, MAP_PRIVATE_ANONYMOUS] = [7, 0x22]
  const { errno } = probe.syscall(
    numbers['mmap'] ?? 0,
    0,
    4096,
    PROT_RWX,
    MAP_PRIVATE_ANONYMOUS,
    -1,
    0,
  )
  return {
    files: readFileSync('/etc/passwd', 'utf8').includes('root'),
    memory: errno === 0,
  }
}

export default defineBeat({
  name: 'hostile',
  schema: {},
  async run({ publish }) {
    const results = ATTEMPTS.flatMap(attempt)
    await publish({ hostile: { results, shell: shell(), open: open() } })
  },
})
