// Denies mkdir to every thread; reports the result on each of them, and on an attempt to undo it.
import { mkdirSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import {
  inheritedFilters,
  installProgram,
  probeKernel,
  verifySealed,
} from '../../lib/seccomp/kernel/kernel.ts'
import { answering, numberOf, numbersOf } from '../answering.ts'
import { codeOf } from '../code-of.ts'
import { probe } from '../probe.ts'

const FOLDER = '/nowhere/at/all'
const WORKER = new URL('./sealed-worker.js', import.meta.url)
const program = answering(await numbersOf('mkdir', 'mkdirat'), { action: 'errno' })

const pooled = () => mkdir(FOLDER).then(() => 'done', codeOf)
const ask = (worker: Worker) =>
  new Promise(resolve => {
    worker.once('message', resolve)
    worker.postMessage([...program])
  })

const filters = inheritedFilters() + 1
const before = {
  inherited: inheritedFilters(),
  pool: await pooled(),
  sealing: verifySealed(filters),
}
const early = new Worker(WORKER)
const byWorker = await ask(early)
const raw = new probe.Thread()

const installed = installProgram(program, { log: true })
const late = new Worker(WORKER)
const after = {
  main: attempt(),
  pool: await pooled(),
  early: await ask(early),
  late: await ask(late),
  raw: raw.call(await numberOf('mkdirat'), -100, Buffer.from(`${FOLDER}\0`), 0),
  inherited: inheritedFilters(),
  sealing: verifySealed(filters),
}
const again = installProgram(answering([], { action: 'errno' }), { log: false })
const report = { before, byWorker, installed, after, again, last: attempt(), kernel: probeKernel() }
writeSync(
  1,
  JSON.stringify(report, (_, value) => (value instanceof Set ? [...value] : value)),
)
process.exit(0)

function attempt(): string {
  try {
    mkdirSync(FOLDER)
    return 'done'
  } catch (error) {
    return codeOf(error)
  }
}
