// Denies mkdir while threads of every kind exist, and tries it on each of them.
import { mkdirSync, writeSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { inheritedFilters, verifySealed } from '../../../lib/seccomp/kernel/kernel.ts'
import { restartWithoutIoUring } from '../../../lib/seccomp/kernel/restart.ts'
import { numberOf, runningTable } from '../../answering.ts'
import { codeOf } from '../../code-of.ts'
import { probe } from '../../probe.ts'
import { blacklist, compiled, install } from '../compiled.ts'

const FOLDER = '/nowhere/at/all'
/** More than the number of threads in the pool. */
const MANY = 8
const WORKER = new URL('../../programs/sealed-worker.js', import.meta.url)

// Node 20.3 to 20.11 make the pool's calls through an io_uring.
restartWithoutIoUring()
const table = await runningTable()
const rules = ['mkdir', 'mkdirat'].filter(name => name in table)
const ready = await compiled(
  blacklist(
    rules.map(name => ({
      name,
      conditions: [],
      verdict: { action: 'errno', errno: 'EPERM' },
    })),
  ),
)
const raw = new probe.Thread()
const early = new Worker(WORKER)
const before = { pool: await pooled(), worker: await ask(early) }
const filters = inheritedFilters() + 1
const unsealed = verifySealed(filters)
install(ready)
const sealed = verifySealed(filters)
const late = new Worker(WORKER)
const after = {
  main: attempt(),
  pool: await pooled(),
  early: await ask(early),
  late: await ask(late),
  raw: raw.call(await numberOf('mkdirat'), -100, Buffer.from(`${FOLDER}\0`), 0)?.errno,
}
const threads = {
  many: sealed.threads > 6,
  asBefore: sealed.threads === unsealed.threads,
  unsealed: sealed.unsealed.length,
}
writeSync(1, JSON.stringify({ before, after, threads }))
process.exit(0)

function attempt(): string {
  try {
    mkdirSync(FOLDER)
    return 'done'
  } catch (error) {
    return codeOf(error)
  }
}

/** The results of the pool's threads, without duplicates. */
async function pooled(): Promise<string> {
  const tries = Array.from({ length: MANY }, () => mkdir(FOLDER).then(() => 'done', codeOf))
  return [...new Set(await Promise.all(tries))].join()
}

function ask(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject)
    worker.once('message', ({ mkdir }) => resolve(mkdir))
    worker.postMessage([])
  })
}
