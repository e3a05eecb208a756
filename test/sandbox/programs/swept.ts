// `swept.js FOLDER`: confines a process that is full of threads, so that it may write FOLDER/inside; reports what
// code on each of them finds, and the state of every thread.
import { pbkdf2 } from 'node:crypto'
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { open as openInspector } from 'node:inspector'
import { Worker } from 'node:worker_threads'
import { confine } from '../../../lib/sandbox/confine.ts'
import { numberOf } from '../../answering.ts'
import { codeOf } from '../../code-of.ts'
import { probe } from '../../probe.ts'
import { reachOver } from '../reaches.ts'
import { attempt, threadStates } from './attempt.ts'

const [folder = ''] = process.argv.slice(2)
const file = `${folder}/outside.txt`
const openat = await numberOf('openat')
const workerOf = (data: object = {}) =>
  new Worker(new URL('./swept-worker.js', import.meta.url), { workerData: { file, ...data } })
const saidBy = async (worker: Worker) => (await once(worker, 'message'))[0]
const ask = (worker: Worker) => {
  worker.postMessage('try')
  return saidBy(worker)
}
const pooled = () =>
  open(file, 'r+').then(async handle => {
    await handle.close()
    return 'done'
  }, codeOf)

openInspector(0)
const flag = new Int32Array(new SharedArrayBuffer(4))
const [early, spinning] = [workerOf(), workerOf({ flag })]
const raw = new probe.Thread()
const tryRaw = () => raw.call(openat, -100, Buffer.from(`${file}\0`), 1, 0)
await saidBy(spinning)
const before = {
  main: attempt(file),
  pool: await pooled(),
  early: await ask(early),
  raw: tryRaw()?.errno,
}
for (let busy = 0; busy < 4; ++busy) pbkdf2('a', 'b', 400_000, 64, 'sha512', () => undefined)

const confined = confine({
  reach: reachOver(`${folder}/inside`),
  landlock: { enabled: true },
  capabilities: 'drop',
})
const threads = threadStates()
const inside = attempt(`${folder}/inside/file.txt`)
const late = workerOf()
const spun = saidBy(spinning)
Atomics.store(flag, 0, 1)
const after = {
  main: attempt(file),
  pool: await pooled(),
  early: await ask(early),
  spinning: await spun,
  late: await ask(late),
  raw: tryRaw()?.errno,
}
writeSync(1, JSON.stringify({ before, confined, threads, inside, after, born: threadStates() }))
process.exit(0)
