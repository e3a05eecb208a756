import { strictEqual } from 'node:assert'
import { once } from 'node:events'
import { BroadcastChannel, MessageChannel, Worker } from 'node:worker_threads'
import type { Phase } from './phase.ts'

/** Worker threads: messages, shared memory, output, limits, and each way to end. */
export const threads: Phase = {
  name: 'threads',
  async run() {
    await messages()
    await sharedMemory()
    await endings()
    await limits()
    await many()
  },
}

function start(code: string, options: object = {}): Worker {
  return new Worker(code, { eval: true, ...options })
}

async function messages(): Promise<void> {
  const worker = start(
    `const { parentPort, workerData } = require('node:worker_threads')
    const fs = require('node:fs')
    console.log('# ' + workerData)
    parentPort.once('message', m => fs.promises.stat('/').then(() => parentPort.postMessage(m + 1)))`,
    {
      workerData: 'from a worker',
    },
  )
  // Both may come in the same turn.
  const [answered, exited] = [once(worker, 'message'), once(worker, 'exit')]
  worker.postMessage(1)
  strictEqual((await answered)[0], 2)
  await exited
  const { port1, port2 } = new MessageChannel()
  port1.postMessage('x')
  await once(port2, 'message')
  port1.close()
  const channel = new BroadcastChannel('x')
  channel.close()
}

async function sharedMemory(): Promise<void> {
  const shared = new Int32Array(new SharedArrayBuffer(4))
  const worker = start(
    `const { workerData } = require('node:worker_threads')
    Atomics.wait(workerData, 0, 0, 50)
    Atomics.store(workerData, 0, 7)
    Atomics.notify(workerData, 0)`,
    { workerData: shared },
  )
  await once(worker, 'exit')
  strictEqual(shared[0], 7)
}

async function endings(): Promise<void> {
  const exiting = start('process.exit(3)')
  strictEqual((await once(exiting, 'exit'))[0], 3)
  const throwing = start(`throw new Error('thrown')`)
  strictEqual(((await once(throwing, 'error'))[0] as Error).message, 'thrown')
  const endless = start('for (;;);')
  await once(endless, 'online')
  await endless.terminate()
}

/** For the whole process, where it takes precedence over a worker's own limit, which would then be gigabytes. */
const HEAP_IS_SET = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some(option =>
  /--max[-_]old[-_]space[-_]size/.test(option),
)

async function limits(): Promise<void> {
  if (HEAP_IS_SET) return
  const worker = start('const all = []; for (;;) all.push(new Array(1e4).fill({}))', {
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4, stackSizeMb: 2 },
  })
  const [error] = (await once(worker, 'error')) as [NodeJS.ErrnoException]
  strictEqual(error.code, 'ERR_WORKER_OUT_OF_MEMORY')
}

async function many(): Promise<void> {
  const workers = Array.from({ length: 6 }, () => start('setTimeout(() => {}, 20)'))
  await Promise.all(workers.map(worker => once(worker, 'exit')))
}
