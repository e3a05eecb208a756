// On each message, tries to open a file for writing; with a flag, it spins until that is set and tries once.
import { parentPort, workerData } from 'node:worker_threads'
import { attempt } from './attempt.ts'

interface Data {
  readonly file: string
  readonly flag?: Int32Array
}

const { file, flag }: Data = workerData
if (flag) {
  parentPort?.postMessage('spins')
  while (Atomics.load(flag, 0) === 0);
  parentPort?.postMessage(attempt(file))
}
parentPort?.on('message', () => parentPort?.postMessage(attempt(file)))
