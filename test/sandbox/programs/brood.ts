// `brood.js FOLDER LIMIT`: confines the process while threads are started as fast as can be (see test/probe.ts);
// reports how many, how many of them find a file outside shut, and how the sweep went.
import { writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { confine } from '../../../lib/sandbox/confine.ts'
import { probe } from '../../probe.ts'
import { reachOver } from '../reaches.ts'
import { threadStates } from './attempt.ts'

const [folder = '', limit = ''] = process.argv.slice(2)
const brood = new probe.Breeder(`${folder}/outside.txt`, Number(limit))
await pause(5)
const before = brood.born
const confined = confine({
  reach: reachOver(`${folder}/inside`),
  landlock: { enabled: true },
  capabilities: 'drop',
})
const meanwhile = brood.born - before
await pause(20)
const total = brood.born
const holding =
  Number(limit) === 0 ? [] : threadStates().filter(({ effective }) => /[^0]/.test(effective))
const found = brood.stop()
writeSync(1, JSON.stringify({ before, meanwhile, total, confined, found, holding: holding.length }))
process.exit(0)
