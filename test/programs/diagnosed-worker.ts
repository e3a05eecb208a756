// A worker that makes a denied call on each message.
import { mkdirSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { codeOf } from '../code-of.ts'

parentPort?.on('message', () => {
  try {
    mkdirSync('/denied-worker')
    parentPort?.postMessage('done')
  } catch (error) {
    parentPort?.postMessage(codeOf(error))
  }
})
parentPort?.postMessage('ready')
