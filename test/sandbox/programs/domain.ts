// `domain.js FOLDER PROGRAM ARGUMENT…`: runs the program inside a domain that lets it write below FOLDER alone.
import { spawnSync } from 'node:child_process'
import { confine } from '../../../lib/sandbox/confine.ts'
import { reachOf } from '../../../lib/sandbox/reach.ts'
import { claims, LANDLOCK } from '../reaches.ts'

const [folder = '', program = '', ...args] = process.argv.slice(2)
const declared = claims(
  { writes: folder, why: 'the agent’s folders' },
  { executes: '/', why: 'the agent' },
)
const { landlock } = confine({
  reach: reachOf(declared, LANDLOCK),
  landlock: LANDLOCK,
  capabilities: 'keep',
})
if (landlock.state !== 'entered') throw new Error(JSON.stringify(landlock))
process.exit(spawnSync(program, args, { stdio: 'inherit' }).status ?? 1)
