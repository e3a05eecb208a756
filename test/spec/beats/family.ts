import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { defineBeat } from 'sealbeat'
import { codeOf } from '../../code-of.ts'
import { statusOf } from '../thread-status.ts'

const FOLDER = '/nowhere/at/all'

/** Whether mkdir is denied (EPERM) or only in vain (ENOENT): to each kind of thread, and to children. */
export default defineBeat<object, Worker>({
  name: 'family',
  schema: {},
  async open() {
    return started()
  },
  async run({ publish }, early) {
    const late = await started()
    const status = spawnSync('cat', ['/proc/self/status'], { encoding: 'latin1' }).stdout
    const child = spawnSync('mkdir', [FOLDER], { encoding: 'latin1', env: { LC_ALL: 'C' } }).stderr
    await publish({
      main: attempt(),
      pool: await mkdir(FOLDER).then(() => 'done', codeOf),
      early: await ask(early),
      late: await ask(late),
      child: { said: child, status: statusOf(status) },
    })
    await Promise.all([early, late].map(worker => worker.terminate()))
  },
})

async function started(): Promise<Worker> {
  const worker = new Worker(new URL(import.meta.url))
  await once(worker, 'online')
  return worker
}

async function ask(worker: Worker): Promise<unknown> {
  worker.postMessage('try')
  const [answer] = await once(worker, 'message')
  return answer
}

function attempt(): string {
  try {
    mkdirSync(FOLDER)
    return 'done'
  } catch (error) {
    return codeOf(error)
  }
}

if (!isMainThread) parentPort?.on('message', () => parentPort?.postMessage(attempt()))
