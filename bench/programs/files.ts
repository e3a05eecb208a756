// Nanoseconds to open and close a file, inside a domain or not: `files.js domain|none`.
import { closeSync, openSync } from 'node:fs'
import { confine } from '../../lib/sandbox/confine.ts'
import { reachOf } from '../../lib/sandbox/reach.ts'

const OPENS = 20_000
const ROUNDS = 7
const LANDLOCK = { enabled: true, required: true, reads: [], writes: [], connects: [], listens: [] }

if (process.argv[2] === 'domain') {
  const claims = [{ title: 'bench', privilege: { writes: '/tmp', why: 'what an agent has' } }]
  const reach = reachOf(claims, LANDLOCK)
  const { landlock } = confine({ reach, landlock: LANDLOCK, capabilities: 'drop' })
  if (landlock.state !== 'entered') throw new Error(JSON.stringify(landlock))
}

/** The time of the fastest round, as other work on the machine can only slow a round down. */
function cost(file: string): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const start = process.hrtime.bigint()
    for (let at = 0; at < OPENS; at++) closeSync(openSync(file, 'r'))
    return Number(process.hrtime.bigint() - start) / OPENS
  })
  return Math.min(...rounds)
}

console.log(JSON.stringify({ proc: cost('/proc/self/stat'), near: cost('/etc/passwd') }))
