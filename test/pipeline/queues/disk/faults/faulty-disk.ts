import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { temporaryFolder } from '../../../../outputs/folder.ts'
import { CELL, type Operation } from './operations.ts'

const PROGRAM = new URL('./faulty-disk-server.js', import.meta.url)

/** A disk of which it is known what it was told, and that fails when it is told to. */
export interface FaultyDisk {
  readonly path: string
  /** All operations so far. */
  readonly operations: readonly Operation[]
  /** How many operations there have been, also those that have not come to `operations` yet. */
  count(): number
  /** From now on these operations fail with the errno; 0: they do not. */
  fail(what: Exclude<keyof typeof CELL, 'count' | 'isMounted'>, errno: number): void
  /** Resolves once `operations` is complete. */
  caughtUp(): Promise<void>
  remove(): Promise<void>
}

/** Undefined where FUSE can't be mounted: that takes root and /dev/fuse. */
export async function faultyDisk(): Promise<FaultyDisk | undefined> {
  const { path, remove } = temporaryFolder()
  let fd: number
  try {
    fd = openSync('/dev/fuse', 'r+')
  } catch {
    remove()
    return undefined
  }
  const cells = new Int32Array(new SharedArrayBuffer(64))
  const worker = new Worker(PROGRAM, { workerData: { fd, cells }, trackUnmanagedFds: false })
  const operations: Operation[] = []
  worker.on('message', (operation: Operation) => operations.push(operation))
  const ended = new Promise(resolve => worker.once('exit', resolve))
  // Until it has begun, whoever used the folder would wait for the thread, which may need the event loop for that.
  await once(worker, 'online')
  const options = 'fd=3,rootmode=40000,user_id=0,group_id=0,default_permissions'
  try {
    execFileSync('mount', ['-i', '-t', 'fuse', '-o', options, 'faulty', path], {
      stdio: ['ignore', 'ignore', 'ignore', fd],
    })
  } catch {
    await worker.terminate()
    closeSync(fd)
    remove()
    return undefined
  }
  Atomics.store(cells, CELL.isMounted, 1)
  Atomics.notify(cells, CELL.isMounted)
  const count = () => Atomics.load(cells, CELL.count)
  const caughtUp = async () => {
    for (const goal = count(); operations.length < goal; ) await sleep(1)
  }
  return {
    path,
    operations,
    count,
    fail: (what, errno) => void Atomics.store(cells, CELL[what], errno),
    caughtUp,
    async remove() {
      execFileSync('umount', ['-f', '-l', path])
      await ended
      remove()
    },
  }
}
