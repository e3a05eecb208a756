// A worker thread that receives a program and answers with the results of mkdir and of installing it.
import { mkdirSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { installProgram } from '../../lib/seccomp/kernel/kernel.ts'
import { codeOf } from '../code-of.ts'

parentPort?.on('message', (program: readonly number[]) => {
  const { code } = installProgram(Uint8Array.from(program), { log: false })
  parentPort?.postMessage({ mkdir: attempt(), install: code })
})

function attempt(): string {
  try {
    mkdirSync('/nowhere/at/all')
    return 'done'
  } catch (error) {
    return codeOf(error)
  }
}
