// `silent.js FOLDER blocked|vfork`: confines a process of which one thread can't answer, and lets it answer later.
import { writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { confine } from '../../../lib/sandbox/confine.ts'
import { numberOf } from '../../answering.ts'
import { probe } from '../../probe.ts'
import { reachOver } from '../reaches.ts'
import { attempt, threadStates } from './attempt.ts'

const SIG_SETMASK = 2
/** Signal 33 in a mask of the kernel's, whose first bit is signal 1. */
const MASK = 1n << 32n
/** Longer than a sweep waits. */
const IN_VFORK_MS = 5000

const [folder = '', how = ''] = process.argv.slice(2)
const file = `${folder}/outside.txt`
const [openat, sigprocmask] = [await numberOf('openat'), await numberOf('rt_sigprocmask')]
const raw = new probe.Thread()
const mask = (signals: bigint) =>
  raw.call(sigprocmask, SIG_SETMASK, new BigUint64Array([signals]), 0, 8)
const tryRaw = () => raw.call(openat, -100, Buffer.from(`${file}\0`), 1, 0)?.errno
const stateOf = (tid: number) => threadStates().find(thread => thread.tid === tid)

if (how === 'blocked') mask(MASK)
const tid = how === 'blocked' ? raw.id : probe.sleepInVfork(IN_VFORK_MS)
const started = performance.now()
const confined = confine({
  reach: reachOver(`${folder}/inside`),
  landlock: { enabled: true },
  capabilities: 'drop',
})
const tookMs = performance.now() - started
const others = threadStates().filter(thread => thread.tid !== tid)
const outside = { state: stateOf(tid), raw: tryRaw(), main: attempt(file) }
if (how === 'blocked') mask(0n)
else await pause(IN_VFORK_MS - tookMs + 500)
const late = { state: stateOf(tid), raw: tryRaw() }
// What glibc does on every thread still works: its signal goes on to its own handler.
process.setuid?.(process.getuid?.() ?? 0)
writeSync(1, JSON.stringify({ tid, confined, tookMs, others, outside, late }))
process.exit(0)
